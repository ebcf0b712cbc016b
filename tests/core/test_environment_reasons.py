"""What uv and pip say when they fail, told to a person; and what nobody is told."""

from __future__ import annotations

import os

import pytest

from environment import reasons


@pytest.mark.parametrize(
    ("heard", "sentence"),
    [
        (
            (
                "after connection broken by 'ProxyError('Cannot connect to proxy.', "
                "OSError('Tunnel connection failed: 407 Proxy Authentication Required'))'"
            ),
            "the proxy proxy.studio:8080 asks for a name and a password: ",
        ),
        (
            (
                "after connection broken by 'ProxyError('Cannot connect to proxy.', "
                "NewConnectionError('<...>: Failed to establish a new connection: [Errno 111]'))'"
            ),
            "the proxy proxy.studio:8080 cannot be reached: ",
        ),
        (
            (
                "after connection broken by 'SSLError(SSLCertVerificationError(1, '[SSL: "
                "CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local issuer"
            ),
            "the package registry shows a certificate that is not trusted here: ",
        ),
        ("Please check proxy URL. It is malformed and could", "HTTPS_PROXY or HTTP_PROXY names no"),
        ("OSError: Missing dependencies for SOCKS support.", "pip, which gets uv, knows no SOCKS"),
        (
            "find a suitable TLS CA certificate bundle, invalid path: /a b",
            "there is no file /a b, ",
        ),
        (
            "ERROR: No matching distribution found for uv==1",
            "the package registry gives no uv==1: ",
        ),
        ("failed to write: No space left on device (os error 28)", "the disk is full: make room."),
        ("error: Something new\n  cause: deep down", "deep down."),
        ("", "The log says more."),
    ],
)
def test_what_installers_say_becomes_a_sentence(heard, sentence, monkeypatch):
    for key in [key for key in os.environ if key.lower().endswith("_proxy")]:
        monkeypatch.delenv(key)
    monkeypatch.setenv("HTTPS_PROXY", "http://ann:s3cr3t@proxy.studio:8080")
    assert reasons.why(heard.splitlines()).startswith(sentence)


@pytest.mark.parametrize(
    "address",
    [
        "ann:s3cr3t@host/x",
        "ann:s3:cr3t@wit@host",
        "s3cr3t@host:80/simple/",
        "ann:%40s3cr3t@[::1]:3",
        "ann:s3cr3t/s3cr3t@host:80",
    ],
)
def test_no_name_and_no_password_in_a_log(address):
    told = reasons.masked(f"error: for url (https://{address}) at 'http://{address}' numpy @ file")
    assert told.count("://***@") == 2
    assert "cr3t" not in told
    assert "ann" not in told
    assert told.endswith("numpy @ file")
