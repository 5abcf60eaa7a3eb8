# Two images from one file: `web` (no torch) for web, worker and scheduler; `trainer` with torch.
FROM node:24-slim AS pages
WORKDIR /build
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN npm ci
COPY frontend/ ./
RUN npm run build

FROM python:3.12-slim AS web
ENV PYTHONUNBUFFERED=1 FOVEA_HOME=/data HOST=0.0.0.0
WORKDIR /fovea
RUN useradd --create-home fovea && mkdir /data && chown fovea /data
COPY requirements-web.txt ./
RUN pip install --no-cache-dir -r requirements-web.txt
COPY manage.py ./
COPY annotate/ annotate/
COPY training/ training/
COPY --from=pages /build/dist frontend/dist
USER fovea
EXPOSE 8000

FROM web AS trainer
USER root
COPY requirements.txt ./
RUN pip install --no-cache-dir -r requirements.txt
USER fovea
