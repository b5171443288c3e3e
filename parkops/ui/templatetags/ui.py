"""Every component, in one library that all templates have without loading it."""

from django.template import Library

from parkops.ui.tags import blocks, drawings, forms, lists, words

register = Library()
for family in (blocks, drawings, forms, lists, words):
    register.tags.update(family.register.tags)
    register.filters.update(family.register.filters)
