"""A report as one web page: charts that can be hovered and filtered, with still pictures where there are no scripts."""
