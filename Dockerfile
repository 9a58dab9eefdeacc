# evolve on a machine of one's own, for whoever judges in a browser. In the checkout:
#
#   docker build --tag evolve .
#   docker run --rm --publish 127.0.0.1:8123:8123 --volume "$PWD/runs:/work/runs" evolve \
#       listen quick-1 --listeners ann,bob --host 0.0.0.0 --port 8123 --url http://127.0.0.1:8123
#
# Any other command goes in the place of listen: docker run --rm -it --volume "$PWD/runs:/work/runs" evolve start --space quick.yaml.
# Trainings run on this machine's processors; hosts and GPUs are for cluster/Dockerfile.
FROM python:3.12-slim

# libgomp for TensorFlow and SciPy.
RUN apt-get update && apt-get install --yes --no-install-recommends libgomp1 && rm -rf /var/lib/apt/lists/*
COPY . /tmp/evolve
RUN grep --invert-match '^pip==' /tmp/evolve/constraints.txt > /tmp/constraints.txt \
    && pip install --no-cache-dir --constraint /tmp/constraints.txt /tmp/evolve \
    && rm -rf /tmp/evolve /tmp/constraints.txt

# Runs belong to whoever has the number 1000, as the first user of most machines; --user "$(id -u)" gives them to another.
RUN useradd --create-home --uid 1000 listener && install --directory --owner=listener /work/runs
USER listener
WORKDIR /work
VOLUME /work/runs
EXPOSE 8123
ENTRYPOINT ["evolve"]
CMD ["--help"]
