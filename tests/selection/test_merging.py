"""Which services may be merged into one block."""

from market.selection.rules import merged_together


def test_services_that_share_a_group_are_merged_and_others_are_not():
    found = merged_together({"A": "多评合一", "B": "多评合一", "C": "联合测绘", "D": ""})
    assert found == {"A": "多评合一", "B": "多评合一"}


def test_a_regional_assessment_merges_nothing():
    assert merged_together({"A": "区域评估；水行政许可多评合一", "B": "区域评估"}) == {}
    assert merged_together({"A": "区域评估；水行政许可多评合一", "B": "水行政许可多评合一"}) == {
        "A": "水行政许可多评合一",
        "B": "水行政许可多评合一",
    }


def test_nobody_is_left_alone_in_a_group():
    """B shares with both, and joins the group it names first; C then has nobody."""
    assert merged_together({"A": "x", "B": "x；y", "C": "y"}) == {"A": "x", "B": "x"}
