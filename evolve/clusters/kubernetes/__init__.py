"""Clusters of Kubernetes, made by KubeRay's operator."""
