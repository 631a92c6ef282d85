# The service and the indexer in one image; docker-compose.yml says what each container runs.
FROM python:3.13.9-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1
RUN python -m venv /opt/angebote
WORKDIR /source
COPY requirements/ requirements/
RUN /opt/angebote/bin/pip install --require-hashes -r requirements/runtime.txt
# Node is only needed here: the build script takes it from the locked packages into an environment of its own.
COPY assets/ assets/
RUN python -m venv /opt/node && VENV=/opt/node sh assets/build.sh
COPY . .
RUN for file in service/translations/*/LC_MESSAGES/messages.po; do \
      test ! -e "$file" || /opt/angebote/bin/pybabel --quiet compile -i "$file" -o "${file%.po}.mo" || exit 1; \
    done \
    && /opt/angebote/bin/hatchling build --target wheel /tmp/wheel \
    && /opt/angebote/bin/pip install --no-index --no-deps /tmp/wheel/*.whl

FROM python:3.13.9-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin angebote \
    && install -d -o angebote -g angebote -m 700 /data /run/metrics
COPY --from=build /opt/angebote /opt/angebote
COPY deploy/ /etc/angebote/
ENV PATH=/opt/angebote/bin:$PATH PYTHONUNBUFFERED=1 ANGEBOTE_DATA_DIR=/data
USER angebote
WORKDIR /data
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
# The process answers. Whether store and search answer too is /readyz, for whoever sends visitors here.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
  CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["gunicorn", "--config", "/etc/angebote/gunicorn.conf.py", "service.wsgi:app"]
