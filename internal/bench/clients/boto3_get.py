"""Downloads the output of a job with boto3 and a pool of threads, like a
careful script: it compares each range with the tree hash in the answer, and the
whole with the tree hash of the archive. It overwrites an existing file in place.
The keys come from the environment.

Usage: boto3_get.py ENDPOINT VAULT JOB SIZE TREEHASH FILE RANGESIZE THREADS
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
    endpoint, vault, job, size, whole, path, range_size, threads = sys.argv[1:]
    size, range_size, threads = int(size), int(range_size), int(threads)
    client = boto3.client("glacier", region_name="us-east-1", endpoint_url=endpoint,
                          config=Config(max_pool_connections=threads))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)

    def fetch(offset):
        length = min(range_size, size - offset)
        answer = client.get_job_output(vaultName=vault, jobId=job,
                                       range="bytes=%d-%d" % (offset, offset + length - 1))
        body = answer["body"].read()
        view = memoryview(body)
        tree = root([hashlib.sha256(view[i:i + LEAF]).digest() for i in range(0, len(body), LEAF)])
        if len(body) != length or tree.hex() != answer["checksum"]:
            raise ValueError("the range at byte %d is damaged" % offset)
        if os.pwrite(descriptor, body, offset) != length:
            raise OSError("the range at byte %d was not written" % offset)
        return tree

    with ThreadPoolExecutor(threads) as pool:
        trees = list(pool.map(fetch, range(0, size, range_size)))
    os.fsync(descriptor)
    os.close(descriptor)
    if root(trees).hex() != whole:
        raise ValueError("the whole is damaged")


main()
