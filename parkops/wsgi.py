"""The WSGI entry point, served by granian."""

import gc
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parkops.settings")

from django.core.wsgi import get_wsgi_application  # noqa: E402

application = get_wsgi_application()

from parkops.tenancy.pooler import refuse_transaction_pooler  # noqa: E402

refuse_transaction_pooler()

# What is loaded by now stays: looking through it for garbage now and then would only make a request wait.
gc.collect()
gc.freeze()
