"""The project's one app."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """People who have names, and boards that have cards."""

    name = "tests.site"
    label = "site"
    default_auto_field = "django.db.models.BigAutoField"
