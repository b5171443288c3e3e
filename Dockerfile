# The image of ParkOps: web, worker, beat and the commands of manage.py.
FROM python:3.11-slim-bookworm

# Pango draws the text of PDFs; without a font there is nothing to draw.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --user-group --no-create-home --home-dir /nonexistent parkops \
    && install -d -o parkops -g parkops /var/lib/parkops /var/lib/parkops/files

WORKDIR /app
COPY requirements/base.txt requirements/base.txt
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements/base.txt

COPY . .
ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PARKOPS_LOCAL_DIR=/var/lib/parkops/local \
    PARKOPS_MEDIA_ROOT=/var/lib/parkops/files \
    PARKOPS_STATIC_ROOT=/app/collected
RUN python manage.py collectstatic --noinput --verbosity 0

USER parkops
VOLUME /var/lib/parkops
EXPOSE 8000
CMD ["granian", "--interface=wsgi", "--host=0.0.0.0", "--port=8000", "--workers=2", \
     "--blocking-threads=2", "--backlog=4096", "--backpressure=4096", "--respawn-failed-workers", \
     "--no-ws", "--access-log", \
     "parkops.wsgi:application"]
