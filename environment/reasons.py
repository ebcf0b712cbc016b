"""Why an installer failed, in a sentence that a person can act on; and no password in its words."""

import re
import urllib.parse
import urllib.request

# What uv and pip say, and what it means; the first that is found.
_REASONS = (
    (
        r"\b407\b|proxy authorization required",
        (
            "the proxy{proxy} asks for a name and a password: give them in HTTPS_PROXY, as in "
            "http://name:password@host:port."
        ),
    ),
    (
        r"malformed|invalid proxy|error parsing proxy",
        (
            "HTTPS_PROXY or HTTP_PROXY names no proxy: it looks like http://host:port, and the "
            "signs of a password like %40."
        ),
    ),
    (
        r"CA certificate bundle, invalid path: (?P<file>.+)",
        "there is no file {file}, which SSL_CERT_FILE or PIP_CERT names.",
    ),
    (
        r"SOCKS support",
        "pip, which gets uv, knows no SOCKS proxies: name one by HTTPS_PROXY that speaks HTTP.",
    ),
    (
        r"invalid peer certificate|CERTIFICATE_VERIFY_FAILED|certificate verify failed",
        (
            "{host} shows a certificate that is not trusted here: where a proxy looks into "
            "connections, name the file of its authority by SSL_CERT_FILE."
        ),
    ),
    (
        r"tunnel error: un|Tunnel connection failed",
        "the proxy{proxy} does not lead to {host}: ask those who run it.",
    ),
    (
        r"tunnel error|Cannot connect to proxy",
        "the proxy{proxy} cannot be reached: look at HTTPS_PROXY, and at the network.",
    ),
    (
        (
            r"No space left|not enough space|os error (27|28|112|122)\b|quota exceeded"
            r"|File too large"
        ),
        "the disk is full: make room.",
    ),
    (
        r"(Hash|Size) mismatch for `?(?P<file>[^`\s]+)|(?P<pip>DO NOT MATCH THE HASHES)",
        ("{file} from {host} is not the file that was agreed to: its hash is another."),
    ),
    (
        r"An index \([^)]+\) returned an? (?P<status>\d+ [\w ]+) error",
        '{host} answers "{status}".',
    ),
    (
        r"HTTP status \w+ error \((?P<status>[^)]+)\)|(?P<pip>\d{3} (Client|Server) Error: [\w ]+)",
        '{host} answers "{status}".',
    ),
    (
        r"timed? ?out",
        "{host} says nothing any more.",
    ),
    (
        r"Failed to extract archive: (?P<file>[^\s-]+)",
        "what came as {file} from {host} is damaged.",
    ),
    (
        r"\(Connect\)|dns error|failed to establish a new connection|getaddrinfo|unreachable",
        "{there} cannot be reached: look at the network. Behind a proxy, name that by HTTPS_PROXY.",
    ),
    (
        (
            r"connection (reset|closed|aborted|broken)|unexpected (end|eof)|end of file"
            r"|error decoding response body|IncompleteRead|before message completed"
        ),
        "the connection to {host} broke off.",
    ),
    (
        r"invalid value '(?P<file>[^']+)' for '--torch-backend",
        "uv knows no build {file} of PyTorch: name one that pytorch.org has.",
    ),
    (
        r"No matching distribution found for (?P<file>\S+)",
        "the package registry gives no {file}: what lies between does not let it through.",
    ),
    (
        r"(torch|torchvision) was not found in the package registry|no version of torch",
        "its index has no such build in the version that Ecset needs.",
    ),
)


def why(heard: list[str]) -> str:
    """Of what uv or pip said: the part after a colon, with its full stop."""
    text = "\n".join(heard)
    for pattern, sentence in _REASONS:
        if found := re.search(pattern, text, re.IGNORECASE):
            named = {key: value for key, value in found.groupdict().items() if value}
            url = _url(text)
            host = url.hostname or "the package registry"
            proxy = _proxy(url.scheme or "https")
            return sentence.format(
                host=host,
                proxy=f" {proxy}" if proxy else "",
                there=f"{host}, or the proxy {proxy}," if proxy else host,
                file=named.get("file", "what came"),
                status=named.get("status") or named.get("pip", ""),
            )
    return last_words(heard)


def last_words(heard: list[str]) -> str:
    """The innermost cause of what uv said, as a sentence."""
    causes = [line.strip(" ├╰─▶│×").split("ause: ")[-1].split("aused by: ")[-1] for line in heard]
    causes = [re.sub(r"^(error|ERROR|warning|WARNING): ", "", cause) for cause in causes if cause]
    return f"{causes[-1].rstrip('.')}." if causes else "The log says more."


def masked(text: str) -> str:
    """Without the names and passwords of addresses: logs are pasted into reports."""
    return re.sub(r"(?<=://)[^\s'\"<>`]*@", "***@", text)


def _url(text: str) -> urllib.parse.SplitResult:
    """The last one that is named, or one of nothing."""
    urls = re.findall(r"https?://[^\s'\")`]+", text)
    return urllib.parse.urlsplit(urls[-1] if urls else "")


def _proxy(scheme: str) -> str:
    """Host and port of the one that is used for that, or ""."""
    known = urllib.request.getproxies()
    address = known.get(scheme) or known.get("all") or ""
    shown = address.rpartition("@")[2].rpartition("//")[2].rstrip("/")
    # whatever else it is, it may be a password
    return shown if re.fullmatch(r"([\w.-]+|\[[\da-fA-F:.]+\])(:\d+)?", shown) else ""
