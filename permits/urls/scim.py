"""Where the institution's directory tells of its people."""

from django.urls import path

from permits.views import scim

app_name = "scim"

urlpatterns = [
    path("ServiceProviderConfig", scim.resource(get=scim.service_config), name="config"),
    path("ResourceTypes", scim.resource(get=scim.resource_types), name="resource_types"),
    path("Schemas", scim.resource(get=scim.schemas), name="schemas"),
    path("Users", scim.resource(get=scim.list_users, post=scim.add_user), name="users"),
    path(
        "Users/<uuid:reference>",
        scim.resource(
            get=scim.show_user,
            put=scim.put_user,
            patch=scim.patch_user,
            delete=scim.delete_user,
        ),
        name="user",
    ),
    path("Groups", scim.resource(get=scim.list_groups), name="groups"),
    path(
        "Groups/<str:code>",
        scim.resource(get=scim.show_group, patch=scim.patch_group),
        name="group",
    ),
]
