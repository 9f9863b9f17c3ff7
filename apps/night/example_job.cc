// SPDX-License-Identifier: Apache-2.0
#include "apps/night/example_job.h"

namespace fossilct {

std::string_view example_job() {
  return R"(# A job for `fossilct run`. Comments have lines of their own; a # in a value belongs to it.
# Relative paths count from this file's folder.

[job]
# Where all outputs go; without it the name of this file, with .job in place of .ini.
#output = tonight.job
# Which stages; without it all. `classify` runs only where a classifier is named.
#stages = import, segment, extract, mesh, views, render, report, well, abundance, index
# Limits: memory of a stage, disk of all outputs (both in units of 10^9 bytes), hours of a stage;
# 0 or no line = none.
#memory-gb = 12
#disk-gb = 200
#hours = 10
# A stage that tells of no progress for so long is ended, and tried once more with less.
watchdog-minutes = 30
# Run when all is over, with the job's folder as its last argument; no shell reads it.
#on-done = notify-send "the night is over"
#mail-to = somebody@example.org
# Options of the stages behind the scans.
abundance.bin-m = 0.5

# One model trained first, for all scans that name none: options of `fossilct train`.
#[train]
#scan = core-a.h5
#labels = core-a-labels.h5
#recipe = quick

[defaults]
# What every scan below has: any option of import, segment, extract, mesh, views, classify, render
# and report by its name. An option that import has tells how to read the scan.
#spacing-um = 0.71
#model = fossils.safetensors
#classifier = taxa.safetensors
min-diameter-um = 30
# For one stage alone, before a dot.
#segment.axes = zyx

[scan core-17]
path = /data/core-17.txm
top-depth-m = 1203.1
bottom-depth-m = 1203.4

[scan core-18 (by hand)]
path = /data/core #18/
spacing-um = 0.71
# Labels made before: then nothing is segmented.
labels = /data/core-18-labels.tif

# Many at once; each is called by its file's name.
#[scans]
#scans = /data/*.txm
)";
}

}  // namespace fossilct
