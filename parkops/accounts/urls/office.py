"""Where the office finds staff and tokens."""

from django.urls import include, path

from parkops.accounts.views import office

_staff = [
    path("", office.staff_list, name="list"),
    path("invitation/", office.invite, name="invite"),
    path("<int:user_id>/", office.member, name="detail"),
    path("<int:user_id>/deactivation/", office.deactivate, name="deactivate"),
    path("<int:user_id>/reactivation/", office.reactivate, name="reactivate"),
]

_tokens = [
    path("", office.token_list, name="list"),
    path("new/", office.new_token, name="new"),
    path("<int:token_id>/revocation/", office.revoke_token, name="revoke"),
]

urlpatterns = [
    path("staff/", include((_staff, "office_staff"))),
    path("tokens/", include((_tokens, "office_tokens"))),
]
