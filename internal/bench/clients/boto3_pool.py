"""Uploads a file with boto3 and a pool of threads, like a careful script.

It computes the tree hash of each part once and passes it to boto3, which would
otherwise compute it again. The keys come from the environment.

Usage: boto3_pool.py ENDPOINT VAULT FILE PARTSIZE THREADS
"""
import hashlib
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config

LEAF = 1 << 20


def root(level):
    while len(level) > 1:
        level = [hashlib.sha256(level[i] + level[i + 1]).digest() if i + 1 < len(level) else level[i]
                 for i in range(0, len(level), 2)]
    return level[0]


def main():
    endpoint, vault, path, part_size, threads = sys.argv[1:]
    part_size, threads = int(part_size), int(threads)
    size = os.path.getsize(path)
    client = boto3.client("glacier", region_name="us-east-1", endpoint_url=endpoint,
                          config=Config(max_pool_connections=threads))
    upload = client.initiate_multipart_upload(vaultName=vault, partSize=str(part_size))["uploadId"]
    descriptor = os.open(path, os.O_RDONLY)

    def send(offset):
        body = os.pread(descriptor, min(part_size, size - offset), offset)
        view = memoryview(body)
        tree = root([hashlib.sha256(view[i:i + LEAF]).digest() for i in range(0, len(body), LEAF)])
        client.upload_multipart_part(vaultName=vault, uploadId=upload, body=body, checksum=tree.hex(),
                                     range="bytes %d-%d/*" % (offset, offset + len(body) - 1))
        return tree

    with ThreadPoolExecutor(threads) as pool:
        trees = list(pool.map(send, range(0, size, part_size)))
    done = client.complete_multipart_upload(vaultName=vault, uploadId=upload, archiveSize=str(size),
                                            checksum=root(trees).hex())
    print(done["archiveId"])


main()
