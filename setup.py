"""Only what pyproject.toml cannot say: where Babel finds the strings to translate."""

from setuptools import setup

setup(
    message_extractors={
        "ckanext-miyagiict/ckanext/miyagiict": [
            ("**.py", "python", None),
            ("**.js", "javascript", None),
            ("**/templates/**.html", "ckan", None),
        ],
    },
)
