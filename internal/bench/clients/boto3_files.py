"""Uploads each file of a directory with boto3, as an archive in one request.

The keys come from the environment.

Usage: boto3_files.py ENDPOINT VAULT DIRECTORY THREADS
"""
import hashlib
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config


def main():
    endpoint, vault, directory, threads = sys.argv[1:]
    threads = int(threads)
    client = boto3.client("glacier", region_name="us-east-1", endpoint_url=endpoint,
                          config=Config(max_pool_connections=threads))

    def send(name):
        with open(os.path.join(directory, name), "rb") as file:
            body = file.read()  # less than 1 MiB, so its tree hash is its SHA-256
        return client.upload_archive(vaultName=vault, archiveDescription=name, body=body,
                                     checksum=hashlib.sha256(body).hexdigest())["archiveId"]

    with ThreadPoolExecutor(threads) as pool:
        for archive in pool.map(send, sorted(os.listdir(directory))):
            print(archive)


main()
