#!/bin/sh
# Packs the four IDX files of MNIST, found in the directory given, into this directory.
# The training images go into two streams, so that two threads can unpack them.
set -eu

from=$(cd "${1:?usage: pack.sh DIRECTORY}" && pwd)
cd "$(dirname "$0")"

(cd "$from" && md5sum --check --quiet) <<EOF
6bbc9ace898e44ae57da46a324031adb  train-images-idx3-ubyte
a25bea736e30d166cdddb491f175f624  train-labels-idx1-ubyte
2646ac647ad5339dbf082846283269ea  t10k-images-idx3-ubyte
27ae3e4e09519cfbb04c329615203637  t10k-labels-idx1-ubyte
EOF

# Each dictionary spans its whole stream. lc=4,pb=0: the byte before says more about a pixel than its alignment does.
pack() {
    xz --format=lzma --lzma1=preset=9e,dict=24MiB,lc=4,pb=0,nice=273 --stdout >"$1"
}

# The header of 16 bytes and 30,000 images of 784.
half=23520016
head -c "$half" "$from/train-images-idx3-ubyte" | pack train-images-1.lzma
tail -c +$((half + 1)) "$from/train-images-idx3-ubyte" | pack train-images-2.lzma
pack train-labels.lzma <"$from/train-labels-idx1-ubyte"
pack test-images.lzma <"$from/t10k-images-idx3-ubyte"
pack test-labels.lzma <"$from/t10k-labels-idx1-ubyte"
