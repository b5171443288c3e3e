"""The office's addresses of cameras and of what they read."""

from django.urls import include, path

from enforcement.views import cameras, reads

camera_pages = [
    path("", cameras.listing, name="list"),
    path("new/", cameras.new, name="new"),
    path("<uuid:reference>/", cameras.detail, name="detail"),
    path("<uuid:reference>/key/", cameras.rotate, name="key"),
    path("<uuid:reference>/switch/", cameras.switch, name="switch"),
]
read_pages = [
    path("", reads.listing, name="list"),
    path("<uuid:reference>/", reads.detail, name="detail"),
    path("<uuid:reference>/picture/", reads.picture, name="picture"),
    path("<uuid:reference>/settle/", reads.settle, name="settle"),
    path("<uuid:reference>/reject/", reads.reject, name="reject"),
]

urlpatterns = [
    path("cameras/", include((camera_pages, "office_cameras"))),
    path("plate-reads/", include((read_pages, "office_reads"))),
]
