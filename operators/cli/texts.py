"""What ``--help`` says around the options."""

from dataclasses import dataclass

_STATUS = """\
exit status:
  0    done
  2    refused: something in the call or the files has to be changed first
  1    failed on the way
  130  stopped (Ctrl-C, or a signal to end); the same call goes on
  Of several strips or paths the first in the order 2, 1, 130 counts."""

ALL = """\
Paint the strips of Blender's video sequencer in the style of a picture, without a screen."""

ALL_EXAMPLES = """\
examples:
  blender --command ecset stylize edit.blend --strip Harbour \\
      --style evening.jpg --save-as painted.blend
  blender --command ecset status edit.blend
  blender --command ecset resume edit.blend --save-as painted.blend

Each command has its own help: blender --command ecset stylize --help"""

EVERY_STRIP = (
    "all that is seen as a picture of its own. Left out are sounds and adjustment layers, what is "
    "muted, earlier results, keyframes and masks, and what goes into an effect or a multicam strip "
    "for all of its time; a meta strip is painted as a whole. With --frames, each strip as far as "
    "it lies in them"
)


@dataclass(frozen=True)
class Text:
    """`short` stands in the list of commands, `long` above the options, `examples` below."""

    short: str
    long: str
    examples: str


COMMANDS = {
    "stylize": Text(
        "paint strips: one, several or all",
        """\
Paint strips of a .blend, one after the other. What is not given is what was chosen in the panel
when the .blend was saved. The same call goes on where an earlier one was stopped. A strip that
cannot be painted does not stop the others.""",
        f"""\
examples:
  one strip, in the style of a picture:
    blender --command ecset stylize edit.blend --strip Harbour \\
        --style evening.jpg --save-as painted.blend
  every strip, as chosen in the panel:
    blender --command ecset stylize edit.blend --all --save-as painted.blend
  ready to be painted by other machines:
    blender --command ecset stylize edit.blend --strip Harbour --prepare

{_STATUS}""",
    ),
    "preview": Text(
        "paint one frame, to look at",
        """\
Paint one frame of a strip into a file. It is painted for itself, so that in the painted strip it
may differ in details. What is not given is what was chosen in the panel.""",
        f"""\
example:
  blender --command ecset preview edit.blend --strip Harbour --frame 12 \\
      --style evening.jpg --output look.png

{_STATUS}""",
    ),
    "resume": Text(
        "go on with what is not painted to the end",
        """\
Paint what is not painted yet: of a job's folder, as stylize names it, on any machine that sees the
same files and without the .blend; or of all jobs of a .blend, but for those that were cancelled in
its panel.""",
        f"""\
examples:
  all that is left of a .blend:
    blender --command ecset resume edit.blend --save-as painted.blend
  a part of a job, on one machine of several:
    blender --command ecset resume ecset/Harbour-1a2b3c4d --frames 1-48

{_STATUS}""",
    ),
    "status": Text(
        "which jobs there are, and how far they are",
        """\
Which strips were painted, or began to be, and how many frames are there. Nothing is changed.""",
        f"""\
states:
  done        all frames are there
  unfinished  resume goes on with it
  cancelled   given up in the panel; it goes on when its folder is resumed
  no plates   the strip's own frames are not all there: resume the .blend

examples:
  blender --command ecset status edit.blend
  blender --command ecset status ecset --json

{_STATUS}""",
    ),
    "weights": Text(
        "get, list or take in what networks have learned",
        """\
The look neural sees through the network VGG-19, and motion can be estimated by RAFT; what they
have learned (their weights) is no part of Ecset. NAME is vgg19, raft-small or raft-large. A
download needs Blender's --online-mode, or Allow Online Access in its preferences.""",
        """\
examples:
  blender --command ecset weights list
  blender --online-mode --command ecset weights get vgg19
  blender --command ecset weights import vgg19 vgg19-dcbb9e9d.pth
  blender --command ecset weights get --help""",
    ),
    "setup": Text(
        "get the engine: PyTorch and what else painting needs",
        """\
Make the Python environment that painting happens in, apart from Blender's own Python: shows what
would be downloaded, how much and where to, asks once, and installs it. The same call goes on where
one was broken off, repairs, and brings an older one up to date. A download needs Blender's
--online-mode, or Allow Online Access in its preferences. Behind a proxy, set HTTPS_PROXY.""",
        f"""\
examples:
  blender --online-mode --command ecset setup
  blender --online-mode --command ecset setup --yes --torch-backend cpu
  blender --command ecset setup --yes --wheels /mnt/ecset-wheels
  blender --command ecset setup --status

{_STATUS}""",
    ),
    "doctor": Text(
        "look at this installation, and say what is wrong",
        """\
Look at Blender, the engine, its device and its weights, and at what may be written, and paint one
small frame. The text can be sent with a report of a fault: your name, your home folder and the
.blend's folder are not in it.""",
        """\
exit status: 0 when nothing has to be done, 1 when something has""",
    ),
}
