"""What ``blender --command ecset`` is made of: its words, its voice, a file for each command."""
