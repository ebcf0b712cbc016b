"""What the panels below the main one have in common."""


class Below:
    """A closed panel in the sequencer's sidebar, below "Stylize"; beside it stands Blender's own
    class, which registers."""

    bl_space_type = "SEQUENCE_EDITOR"
    bl_region_type = "UI"
    bl_category = "Ecset"
    bl_parent_id = "ECSET_PT_style"
    bl_options = {"DEFAULT_CLOSED"}
