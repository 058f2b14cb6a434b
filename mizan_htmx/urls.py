"""The endpoints: ``path("api/mizan/", include("mizan_htmx.urls"))``."""

from django.urls import path

from mizan_htmx.blocks.refresh.views import partial, partials
from mizan_htmx.forms import views as forms
from mizan_htmx.http import views
from mizan_htmx.http.session_notice import notice

__all__ = ["app_name", "urlpatterns"]

#: The namespace: ``{% url "mizan:call" %}``.
app_name = "mizan"

#: The endpoints.
urlpatterns = [
    path("call/", views.call, name="call"),
    path("ctx/<str:context>/", views.ctx, name="ctx"),
    path("session/", views.session, name="session"),
    path("session/notice/", notice, name="notice"),
    path("form/<str:name>/", forms.form, name="form"),
    path("form/<str:name>/validate/", forms.validate, name="form_validate"),
    path("formset/<str:name>/", forms.formset, name="formset"),
    path("formset/<str:name>/validate/", forms.formset_validate, name="formset_validate"),
    path("partial/<str:context>/", partial, name="partial"),
    path("partials/", partials, name="partials"),
]
