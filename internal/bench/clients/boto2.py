"""Uploads a file with the concurrent uploader of boto 2.49.

Usage: boto2.py HOST PORT VAULT FILE PARTSIZE THREADS
"""
import sys

from boto.glacier.concurrent import ConcurrentUploader
from boto.glacier.layer1 import Layer1
from boto.regioninfo import RegionInfo

host, port, vault, path, part_size, threads = sys.argv[1:]
layer1 = Layer1(aws_access_key_id="BENCH", aws_secret_access_key="bench", is_secure=False,
                port=int(port), region=RegionInfo(name="us-east-1", endpoint=host))
uploader = ConcurrentUploader(layer1, vault, part_size=int(part_size), num_threads=int(threads))
print(uploader.upload(path, "bench"))
