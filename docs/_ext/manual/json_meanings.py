"""The meanings of JSON keys: by name, and by command and path if a name has another meaning there."""

from __future__ import annotations

# Keys with objects whose keys are names from the input: of layers, parameters, kinds …
NAMED = {
    "inputs", "counts", "alive", "lacks", "presets", "limits", "used", "varied", "parameters", "ignores", "impossible",
    "rf_of_outputs", "statuses", "to_mark", "claimed", "witnessed",
}  # fmt: skip
NAMED_THERE = {
    "hw show:conventions", "kinds:options", "hw types:examples[]", "hw grade:counts", "hand:results", "hand:shapes",
    "sweep:points[]",
}  # fmt: skip

MEANINGS = """
schema: the version of the JSON; keys are added to a version, never renamed or removed
notes: things to know about the result, one sentence each
network: the network's name
source: the origin of the network or of the number
input: the input shape, channels first
inputs: the input shapes, by the names of the inputs
layers[].inputs: the layers that it reads
output: the output shape, channels first
outputs: the layers that no other layer reads, or those that the file names
batch: the number of samples
name: its name
kind: the layer kind
options: its options in short
block: the block that the layer is in; null outside of blocks
layers: the layers, in order
totals: the sums over all layers
totals.layers: the number of layers
weight_layers: layers with weights
params: trained numbers, weights and biases
params.total: weights and biases
params.weight: trained numbers that multiply
params.bias: trained numbers that are added
weights: trained numbers that multiply
biases: trained numbers that are added
buffers: stored numbers that are not trained
macs: multiply-adds
flops: 2 · macs
activations: output values
counts: the other operations by name
rf: the receptive field in pixels of the input; null where it is not known
rf.size: pixels that a unit sees, per axis
rf.stride: pixels between the fields of neighbouring units; a text such as 1/2 after an upsampling
rf.padding: pixels by which the first field begins before the image
fit: for each axis, how the window fits
fit[].exact: the size before it is rounded, as a text
fits: whether it fits exactly
budget:own.fits: whether it is within all limits
budget:networks[].fits: whether it is within all limits
unused: cells at the end that no window reads
padding: cells before and after, per axis
axis: the axis: height, width, depth or length
weights_per_neuron: weights of one output unit
im2col: the shapes of the two matrices; the convolution is their product
im2col.filters: rows and columns of the matrix of filters
im2col.columns: rows and columns of the matrix of windows
memory: bytes under each meaning of the word
memory.dtype: the type of the values
memory.weights: bytes of parameters and buffers
memory.outputs: bytes of all outputs
memory.outputs_in_place: the same if layers overwrite their input
memory.peak_in_place: the most bytes in memory at one time, with relu, batchnorm and dropout in place
memory.training: bytes for training
layer: the layer that you asked about
working: the calculation, line by line
unit: the place of the unit
sees: for each axis, what the unit sees
first: the first row or column that is seen
last: the last row or column that is seen
inside: the part of it inside the image
sizes: for each axis, the sizes that fit
own: the size of the network itself
smallest: the smallest size with which every layer works
even: the sizes that fit evenly
even.first: the first of them
even.step: from one of them to the next
all_larger: whether every larger size works
networks: the networks
compare:networks[].layers: the number of layers
diff:networks[].layers: the number of layers
list:networks[].layers: the number of layers
list:networks[].name: the name to load it by
compare:networks[].times: the multiply-adds, as a multiple of the first network's
compare:networks[].rf: the receptive field of a unit of the map before a global pool or a flatten
rf_of_outputs: for each output, the receptive field
same: whether the networks are the same
differences: the layers that differ
differences[].first: the layer of the first network; null if it has none
differences[].second: the layer of the second network; null if it has none
difference: how they differ, in short
changes: how they differ
cause: the layer with the change that causes the difference
first_output: the shape in the first network
second_output: the shape in the second network
diff:totals.params: parameters of the second network minus those of the first
diff:totals.macs: multiply-adds of the second network minus those of the first
solve size:n: the input size, per axis
o: the output size, per axis
answers: how many answers there are
fitting: how many of them fit exactly
bounds: the largest values that were tried
thinned: true if there were very many strides, and only the exact and the smallest ones are given
windows: the windows, the best first
k: the kernel size
s: the stride
p: the padding
d: the dilation
a: the output padding
before: padding before
after: padding after
field: the receptive field that is reached
stacks: the stacks of layers that reach it
way: how the layers are arranged
solve field:stacks[].layers: the number of layers
strides: the strides, in order
dilations: the dilations, in order
solve mirror:layers: the layers of the encoder, as a chain
needing_none: the sizes that need no output padding
impossible: sizes that no decoder gives back, with the reason
decoder: the decoder for the first size, as a chain
solve mirror:sizes: for each size what its decoder needs
solve mirror:sizes[].n: the size of the input
solve mirror:sizes[].sizes: the sizes down to the code
paddings: output paddings; the one for the first layer of the encoder is first
why_not: why no decoder gives the size back; empty if one does
limits: the limits that you gave
varied: the values that were tried
kept: what was not changed
budget:fits: whether any network is within all limits
budget:networks: the networks within the limits, the largest first
tried: how many settings were tried
parameters: the parameters of the setting
budget:networks[].options: the setting as options of a command line
used: the share of each limit that is used
stops: the limits that a larger setting would break
points_in_all: points of the grid, including those that are left out
sweep:points: the points of the grid, with the chosen columns
with_bugs: whether known bugs of the tools are imitated
ways: the ways of counting
about: what it is
called: what the tool calls its operations
operations: operations as it counts them; null if it counts none
params_are: which numbers it counts as parameters
count:memory: what it calls memory, in bytes
lacks: how many layers of each kind are not counted, because there is no rule for them
leaves_out: what it leaves out
count:layers[].layer: the layer's name
terms: what is added up
billions: the operations in billions, as Darknet prints them
published: the number that you asked about
explained: whether a cause gives exactly that number
nearest: the nearest number
causes: the causes that give this number, the most plausible first
what: which number it is
counted_as: the way of counting
change: what is changed in the network; empty if nothing is changed
reconcile:causes[].value: the number in full
nearest.value: the number in full
rounding: how the number is rounded
precision: the type of the values
optimizer: the optimizer for training
checkpoint: which outputs are not kept but computed again
memory:device: bytes that the device has; null if no device is given
peaks: the most values in memory at one time
apart: if every output has its own memory
in_place: if layers overwrite their input
fused: if norms and activations are part of the layer before
peaks.values: how many
where: the layer at which this happens
alive: what is in memory then, in values
backward_macs: multiply-adds of the backward pass
largest_batch: the largest batch that fits
largest_batch.run: for running
largest_batch.train: for training
other_sizes: the same for larger memories with which the device was sold
other_sizes[].device: bytes of this memory
memory:memory: a row for each meaning of the word
bytes: bytes that are moved or kept
meaning: what the word means here
roofline:name: the device
roofline:layers[].name: the layer's name
peak: operations per second
bandwidth: bytes per second
ridge: with more operations per byte than this, arithmetic is the limit
bytes_model: which bytes count as moved: by each layer, or once
bytes_once: bytes that are moved if every value is moved once
seconds_at_least: the least time; no device with these peaks is faster
intensity: operations for each byte
bound: arithmetic or memory; empty for a layer that moves nothing
microseconds: the least time
files: how many files were read
wrong: how many of them have a problem
findings: the problems
file: the file
line: the line, from 1
column: the column, from 1
rule: the kind of error
check:findings[].what: what is wrong and what to do
agree: whether arrays and formulas agree
verify:agree: how many checks agree
checked: how many checks were made
subjects: what was checked
subject: what is compared
checks: how many times
claimed: the sum of the numbers from the formulas, if a sum makes sense
witnessed: the sum of the numbers from the arrays, if a sum makes sense
op: what is done with each window
gradient: whether gradients are calculated
x: the input
hand:k: the kernel
window: rows and columns of the kernel
stride: the stride, per axis
hand:padding: the padding before and after, per axis
dilation: the dilation, per axis
shapes: the shape of each result
results: the results by name
hand:windows: the steps
result: which result the step belongs to
place: the place of the value
reads: what it reads
hand:windows[].rule: what is done
patch: the values that are read
kernel: the kernel
products: value times weight, for each pair
sums: the sums, by channel
value: the output value
axes: for each axis, what the windows leave unread
cells: the size of the input
untouched: cells that no window reads
draw fit:windows: the windows
draw fit:windows[].window: its number, from 0
draw fit:windows[].first: the first cell that it reads
draw fit:windows[].last: the last cell that it reads
draw fit:windows[].step: the distance from the window before, in cells
draw fit:windows[].padding: cells of the padding that it reads
steps: the places of the kernel
zeros: how many of the cells that are read are padding
taps: cells that are read
boxes: the boxes of the picture
shows: the text in the box
times: how many copies of the same layers the box represents
draw net:boxes[].reads: the boxes that it reads
of: which cost is drawn
by: whether the cost is drawn for stages or layers
stages: the stages, in order
draw cost:stages[].layers: the number of layers
share: the share of the whole, from 0 to 1
levels: the maps from the layer down to the image
levels[].layer: the layer
height_and_width: the part of the map that is seen
kernels: the named kernels
kernel:kernels[].kernel: its name
kernel:kernel: its name
size: rows and columns
values: the values, row by row
scale: the factor of all values, as a text
sum: the sum of the values, as a text
also_called: other names
turned: the values rotated by 180 degrees, as a true convolution uses them
sheet: the short name of the sheet
student: the student of these answers
variant: the numbers that were chosen
points: the points that are given
max: the most points there are
hw check:results: the answers, part by part
why:results: the number, part by part
id: the short name
part: the part of the question; null if there is only one
hw check:results[].given: the answer as it was written
why:results[].given: the answer as it was written
read: how it was understood
status: right, wrong, partial, other-convention …
level: how much help the hint gives
lines: the hint, line by line
title: the title above the questions
conventions: what counts as right
hw show:examples: the questions whose form of answer is shown with an example
questions: the questions
type: the question type
text: what is asked, or what was found
parts: the parts that the question asks for; null means the only part
answer: how to write the answer
hw lint:findings[].kind: note, key, missing … as in the first column
hw lint:findings[].line: the line of the sheet
mistakes: the mistakes that are meant
types: the question types
given: the words of given:, those with a default in brackets
example: an example of given:
turns_on: the conventions that the answer depends on
ignores: conventions that do not change the answer, with the reason
examples: examples of given:
formula: the formula that gives the wrong number
hw types:mistakes[].line: the hint for the student
why:candidates[].line: the hint for the student
presets: what each preset sets
hw conventions:conventions: the conventions, a row for each value
hw conventions:conventions[].presets: the presets that have this value
hw conventions:types: the question types that depend on it
otherwise: the mark of an answer that is right under another value
convention: the name of the convention
hw conventions:conventions[].value: the value
means: the text on a sheet with this value
usual: whether it is the usual value
decides: what the convention decides
students: how many students there are
out: the folder that was written
possible: how many sets of numbers there are
left: how many of them are not used yet
most_used: the largest number of students with the same numbers
question: the question's short name
hw grade:files: how many files were submitted
hw grade:counts: how many of them were graded, and how many were not
missing: students of the roster without a submission
to_mark: for each question, how many answers a person must mark
marked: how many answers a person has marked
hw grade:marked: how many students are marked
mean: the mean of the points
median: the median of the points
written: the files that were written
hw regrade:written: whether anything was written
written[].file: the file
written[].about: what is in it
folder: the folder that was read
by_hand: questions that a person marks
histogram: how many students have how many points
histogram[].least: the fewest points of these students
histogram[].below: they have fewer points than that; the last ones may have as many
histogram[].students: how many they are
hw stats:questions[].answers: how many answers there are
hw stats:questions[].slips[].answers: how many answers it led to
right: the share of right answers
slips: the known mistakes behind wrong answers
other: the share of other wrong answers
unexplained: wrong answers that no known mistake explains, and how often each appears
statuses: how many answers of each status
hw regrade:total: how many students were marked again
up: how many have more points
down: how many have fewer points
hw regrade:questions: questions that changed
hw regrade:students: the students whose points change
hint: the hint for the student
hint_level: how much help it gives
confidence: sure, likely or possible
candidates: the mistakes that lead to the number
kinds: the layer kinds
kinds:kinds[].options: the names of its options
kinds:options: the options with their defaults; null if an option is required
page: the page of the kind
rules: what is true for the counts of all kinds
kinds:operations: the operations that are counted
operation: the name of the operation
kinds:rules: what is true for the counts of all kinds
"""


def meanings() -> dict[str, str]:
    """The table, by key, by the end of a path, or by ``command:path``."""
    return {
        key: about
        for key, _, about in (line.partition(": ") for line in MEANINGS.strip().splitlines())
    }
