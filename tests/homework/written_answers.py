"""How people write answers: real notations, by type of question, each with its meaning.

Found in (and after) public pages and threads:

- [gultom] yohanes.gultom.id/2016/12/12/understanding-lenet-lecun-1998
- [lenet] github.com/vamsi6010/LENET_ARCHITECTURE
- [datahacker] datahacker.rs/013-cnn-latex-lenetenspace-enspace5
- [cs231n] cs231n.github.io/convolutional-networks, section "Case studies", VGGNet in detail
- [numerical] scribd.com/document/916050017/CNN-Numerical-1
- [codeshala] codeshala.io, "The Basics of ConvNets", answers with explanations
- [quiz] nbviewer.org/github/amanchadha/coursera-deep-learning-specialization, week 1 quiz
- [quizbank] theanswershome.com/module-1-foundations-of-convolutional-neural-network
- [tutorial] powcoder.com/2021/12/25, COSC2779 tutorial questions of week 5
- [studenko] georgestudenko.com/python/layer-shapes-calculation-in-cnns
- [hw2] github.com/Ofir-Shechtman/CS236781-Deep-Learning-hw2, hw2/answers.py
- [custom] perfectcustompapers.com/output-dimensionality-after-applying-the-convolution
- [vgg] "Calculating the size of a convolutional neural network" (Machine Learning with Swift, Packt)
- [numbas] numbas/Numbas issue 453: spaces and commas between thousands
- [sakai] sakaiproject/sakai pull requests 344 and 8148: "1,234.56", "1.234,56", "5 000", 6.32E10
- [formulas] FormulasQuestion/moodle-qtype_formulas pull request 228: decimal commas, groups of three
- [khan] Khan/khan-exercises issue 138917: a comma between thousands
- [torch] what ``print(x.shape)`` gives in PyTorch, TensorFlow and NumPy, and Keras in ``summary()``
- [lecun] LeCun, Bottou, Bengio, Haffner 1998, figure 2: "C1: feature maps 6@28x28"

The others come from the notations: LaTeX, Markdown, HTML, and other languages' numbers.
"""

from __future__ import annotations

# Each way of writing 760, for a question that asks for a number.
COUNT_760 = (
    "760", "760.", "760 ", "\u00a0760\u00a0", "760;", "760 !", "+760", "= 760", "== 760", "=> 760", "→ 760", "≈ 760", "~760",
    "Answer: 320+440", "Answer: 760", "answer = 760", "Ans: 760", "Ans. 760", "A: 760", "The answer is 760.", "The answer is: **760**",
    "Final answer: 760", "Result: 760", "Total: 760", "Total params: 760", "Trainable params: 760", "Number of parameters: 760",  # [numerical] [torch]
    "number of parameters = 760", "#params = 760", "# parameters: 760", "N = 760", "n_params=760", "params: 760", "(a) 760", "a) 760",
    "**760**", "*760*", "__760__", "_760_", "`760`", "``760``", "> 760", "# 760", "~~750~~ 760", "<p>760</p>", "<b>760</b>", "760<br>", "760&nbsp;",
    "$760$", "$$760$$", r"\(760\)", r"\[760\]", r"\boxed{760}", r"$\mathbf{760}$", r"\textbf{760}", r"$760\,$",
    "760 parameters", "760 params", "760 weights", "760 learnable parameters", "760 neurons", "760 MACs", "760 multiply-adds", "760 multiplications",
    "760 multiplications in total", "760 connections", "760 pixels", "760 px", "760 trainable parameters (including bias)", "760 nodes", "760 values",
    "760 elements", "760 activations", "760 numbers", "760 entries", "760 features", "760 FLOPs", "760 operations", "760 kernels", "760 scalars",
    "760 parameters per layer", "760 (with bias)", "760 (including biases)", "760 (75*10 + 10)", "760 (=76*10)", "[760]", "(760)", "{760}",
    "10(5*5*3+1)", "(5*5*3+1)10", "10(75+1) = 760", "75*10+10 = 760", "(5*5*3+1)*10 = 760", "(5 × 5 × 3 + 1) × 10 = 760", "(5·5·3+1)·10 = 760", "(5x5x3+1)x10=760", "5*5*3*10 + 10 = 750 + 10 = 760",  # [gultom]
    "params = (weight * input maps + bias) * maps = (5 * 5 * 3 + 1) * 10 = 760",  # [gultom]
    "Regular block: $(5⋅5⋅3+1)⋅10=760$<br>",  # [hw2]
    "(5*5*3)*10 = 750, 750 + 10 = 760", "75*10 + 10 => 760", "76*10 → 760", "76*10 -> 760", "76 * 10 ⇒ 760", "76*10 ≈ 760", "76*10, so 760",
    "76 x 10, so it is 760", "76·10, therefore 760", "76*10 = 760 parameters", "each filter has 76, so 76*10 = 760", "5*5*3 = 75\n(75+1)*10 = 760",
    r"$(5 \times 5 \times 3 + 1) \times 10 = 760$", r"$(5\cdot5\cdot3+1)\cdot10$", r"\(76 \cdot 10 = 760\)", r"\[ (5\times5\times3 + 1)\times 10 = 760 \]",
    r"\text{params} = (5 \times 5 \times 3 + 1) \times 10 = 760", r"76\enspace\times\enspace10", r"\left(75+1\right)\times 10", r"\frac{1520}{2}", r"\dfrac{1520}{2} = 760",
    "7.6e2", "7.6E+02", "7.6 × 10^2", "7.6·10²", "7.6x10**2", "0.76k", "0.76 K", "0.76 thousand", "7.6*10^{2}", "7.6 × 10<sup>2</sup>", "760.0", "760,0", "760.00",
    "７６０", "٧٦٠", "७६०", "760個", "０７６０",
)  # fmt: skip

# Each way of writing 27,000,100: thousands of all countries.
COUNT_27000100 = (
    "27,000,100", "27 000 100", "27.000.100", "27'000'100", "27’000’100", "27_000_100", "27\u00a0000\u00a0100", "27\u202f000\u202f100", "27\u2009000\u2009100",
    "2,70,00,100", "27000100", "27٬000٬100", "27，000，100", "２７，０００，１００", "27{,}000{,}100", r"27\,000\,100", r"\(27,000,100\)", "27,000,100 parameters",
    "27.000.100,0", "27,000,100.00", "27 000 100,0", "27.0001M", "27,0001 M", "27.0001 million", "27,0001 million", "27.0001 Mio", "27.0001 Mio.", "27.0001e6", "2.70001e7", "2.70001 × 10⁷",
    "270.001 lakh", "2.70001 crore", "2700.01万", "27.0001 Mparams", "0.0270001 bn", "0.0270001 billion", "0.0270001 Mrd", "27000.1k",
)  # fmt: skip

# Each way of writing the volume 28×28×6 (or, channels first, 6×28×28).
VOLUME_28_28_6 = (
    "28x28x6", "28 x 28 x 6", "28X28X6", "28×28×6", "28 × 28 × 6", "28*28*6", "28 * 28 * 6", "28·28·6", "28⋅28⋅6", "28✕28✕6", "28 by 28 by 6", "28-by-28-by-6",
    "(28, 28, 6)", "[28, 28, 6]", "{28, 28, 6}", "<28, 28, 6>", "(28,28,6)", "28,28,6", "28, 28, 6", "28;28;6", "28; 28; 6", "28 28 6", "28x28x6.", "28x28x6;", "[28x28x6]", "(28×28×6)",
    "(None, 28, 28, 6)", "(None,28,28,6)", "[None, 28, 28, 6]", "(1, 28, 28, 6)", "(batch, 28, 28, 6)", "(N, 28, 28, 6)", "[-1, 28, 28, 6]", "(?, 28, 28, 6)", "(batch_size, 28, 28, 6)",  # [torch]
    "TensorShape([None, 28, 28, 6])", "TensorShape([28, 28, 6])", "torch.Size([28, 28, 6])", "torch.Size([1, 28, 28, 6])", "output: torch.Size([28, 28, 6])", "shape=(28, 28, 6)", "shape: (28, 28, 6)",
    "np.array([28, 28, 6])", "tuple(28, 28, 6)", "<tf.Tensor: shape=(1, 28, 28, 6), dtype=float32>", "Shape(28, 28, 6)", "torch.Size([28, 28, 6]) ", "(28, 28, 6,)",
    "**28x28x6**", "*28x28x6*", "**28 × 28 × 6**", "`28x28x6`", "`(28, 28, 6)`", "$28x28x6$", r"$28\times28\times6$", r"\(28 \times 28 \times 6 \)", r"$$28 \times 28 \times 6$$", r"\[28\times 28\times 6\]",  # [datahacker]
    r"$28 \cdot 28 \cdot 6$", r"\boxed{28 \times 28 \times 6}", r"28\times{}28\times{}6", "28 &times; 28 &times; 6", "<p>28x28x6</p>", "28&nbsp;x&nbsp;28&nbsp;x&nbsp;6", "28\u00a0×\u00a028\u00a0×\u00a06",
    "Answer: 28x28x6", "The output is 28x28x6.", "The output volume is 28 x 28 x 6", "Output size: 28x28x6", "output dimensionality is 28 x 28 x 6", "output volume of the convolutional layer is 28x28x6.",  # [custom]
    "We get a 28 x 28 x 6 volume", "a 28x28x6 volume", "[28x28x6]", "INPUT: [28x28x6]", "volume: 28x28x6", "Therefore: 28x28x6", "so 28x28x6", "= 28x28x6", "=> 28x28x6", "-> 28x28x6",  # [cs231n]
    "28x28x6 = 4704", "28x28x6=4,704", "28 x 28 x 6 = 4704 neurons", "28*28*6 = 4704", "(32-5)/1+1 = 28, so 28x28x6", "(32-5)/1+1 = 28 → 28x28x6", "(32 - 5 + 1) = 28 => 28 x 28 x 6", "32x32x3 -> 28x28x6", "28x28x6 ≈ 4.7k",
    "28x28x6 (= 4704)", "28x28x6 (4704 values)", "28²×6", "28^2 x 6", r"$28^2 \times 6$", "28x28@6", "28 × 28, 6 channels", "28x28 with 6 channels", "28x28 and 6 channels", "28 x 28 x 6 channels", "28x28 x 6 filters", "28 x 28 (6 channels)",
    "28 px x 28 px x 6", "28x28 pixels, 6 maps", "28x28x6 pixels", "h=28, w=28, c=6", "H = 28, W = 28, C = 6", "H: 28, W: 28, C: 6", "height 28, width 28, depth 6", "height: 28, width: 28, channels: 6", "height = 28; width = 28; depth = 6",
    "W2=28, H2=28, D2=6", "28 high, 28 wide, 6 deep", "28H x 28W x 6C", "28h×28w×6c", "28 rows, 28 columns, 6 channels", "(28) x (28) x (6)", "(32-5+1)x(32-5+1)x6", "((32-5)/1+1) x ((32-5)/1+1) x 6", "28.0x28.0x6",
    "２８×２８×６", "(２８，２８，６)", "28х28х6",  # a Cyrillic х
)  # fmt: skip

VOLUME_6_28_28 = (
    "6@28x28", "6 @ 28x28", "C1: 6@28x28", "feature maps 6@28x28", "C1: feature maps 6@28x28", "6x28x28", "torch.Size([1, 6, 28, 28])", "torch.Size([6, 28, 28])", "(N, 6, 28, 28)", "(6, 28, 28)",  # [lecun]
    "6 channels of 28x28", "6 feature maps of size 28 x 28", "6 maps, each 28x28", "6 feature maps of 28 × 28 pixels", "6 maps of 28 by 28", "6 × (28×28)", "6×28²",
)  # fmt: skip

# Sizes along an axis.
SIZE_14 = (
    "14", "14.", "14x14", "14 x 14", "14×14", "14 by 14", "14-by-14", "14X14", "14*14", "14 * 14", "14·14", "(14, 14)", "[14, 14]", "(14,14)", "14x14 pixels", "14 pixels", "14 px", "14x14 px", "14 × 14 pixels", "14 cells",  # [tutorial]
    "14x14=196", "14x14 = 196", "14 × 14 = 196 pixels", "14*14 = 196", "14 by 14 = 196", "14x14, so 196 cells", "14²", "14^2", r"$14\times14$", r"\(14 \times 14\)", r"$14 \times 14 = 196$", "14x14 (196 pixels)",
    "torch.Size([14, 14])", "**14**", "**14x14**", "`14`", "$14$", "Answer: 14", "size: 14", "The size is 14x14.", "output height and width are 14 x 14.", "out = 14", "W_out = 14", "28/2 = 14", "14 * 14 (28/2)", "14 * 14 (28/2) = 14",  # [lenet]
    "(28 - 2)/2 + 1 = 14", "= ((28-2)/2)+1", "((28-2)/2)+1 = 14", "(28-2)/2 = 13 + 1 = 14", "floor((29-2)/2) + 1 = 13 + 1 = 14", "floor((29-2)/2)+1", "⌊(29-2)/2⌋ + 1 = 14", "⌊(29−2)/2⌋+1", r"\left\lfloor\frac{29-2}{2}\right\rfloor + 1 = 14",  # [studenko] [codeshala]
    r"$\lfloor \frac{29-2}{2} \rfloor + 1$", "14.5 which is 14 after floor function", "14.5 → 14", "14.5, rounded down to 14", "14.5 ≈ 14", "Height: ((28 - 2 + 2 * 0) / 2) + 1 = 14", "yes, 14", "yes: 14", "it fits: 14", "fits, 14x14",  # [numerical]
    "14.0", "14,0", "14 wide", "14 on each side", "１４", "14 (14x14)", "h = w = 14", "H=14, W=14", "14,14", "14, 14", "14 high and 14 wide",
)  # fmt: skip

# 7/3, exact or rounded: the result of a division that is not whole.
THIRDS = (
    "7/3", "7 / 3", "2.33", "2.3", "2.333", "2.3333", "2.333333", "2,33", "2,3", "2,333", "2,3333", "≈ 2.33", "~2.33", "about 2.33", "2.33...", "2.333…", "2⅓", "2 1/3", "2 ⅓", "1+4/3", "(7-3)/3+1", "(7-3)/3+1 = 2.33",
    "(7 - 3)/3 + 1 = 7/3 ≈ 2.33", r"\frac{7}{3}", r"$\frac{7}{3}$", r"\(\frac{7}{3}\)", r"\tfrac73", r"2\frac{1}{3}", r"$2.33$", "**2.33**", "4/3 + 1", "4/3+1 = 2.33", "=7/3", "２．３３", "2٫33", "+2.33", "(2.33)", "2.33 (rounded)", "2.33 recurring",
)  # fmt: skip

# That a window does not fit, with the result of the division.
MISFITS = (
    "2.33x2.33", "2.33 × 2.33", "no, 2.33", "No: 2.33", "no (2.33)", "does not fit (2.33)", "doesn't fit: 2.33", "2.33, does not fit", "2.33 is not an integer", "(7-3)/3+1 = 2.33, not an integer", "no, (7-3)/3+1 = 2.33",
    "No, because (7-3)/3 + 1 = 2.33 is not a whole number", "does not fit since 2.33 is not an integer", "2.33 so it does not fit", "no", "No, as 4 cannot be divided by 3.", "doesn’t fit",
)  # fmt: skip

NO_THIRDS = (
    "2.34",
    "2.32",
    "2.4",
    "2.2",
    "2",
    "2.0",
    "3",
    "2.334",
    "2.3334",
    "2.25",
    "8/3",
    "2.66",
    "2.6",
    "23.3",
    "0.0",
    "0",
)

MEGABYTES_40_96 = (
    "40.96 MB", "40.96MB", "40.96", "40,96 MB", "40.96 megabytes", "40.96 megabyte", "40.96 Megabytes", "40.96 mb", "40960 kB", "40,960 kB", "40,960 KB", "40960 kilobytes", "40 960 kilobytes", "40960 kbytes", "40.96 Mbytes", "40960000 bytes",
    "40,960,000 bytes", "40960000 B", "40.96 · 10^6 bytes", "4.096e7 bytes", "40000 KiB", "40000 kibibytes", "39.0625 MiB", "39.0625 mebibytes", "0.04096 GB", "0.04096 gigabytes", "40.96 Mo", "40960 ko", "327.68 Mbit", "327.68 megabits", "327680000 bits",
    "10.24M * 4 bytes = 40.96 MB", "10.24M * 4 bytes ~= 40.96MB / image", "10240000*4 = 40960000 bytes", "**40.96 MB**", r"$40.96\,\text{MB}$", "Answer: 40.96 MB", "about 40.96 MB", "40.96 MB per image", "40.96 million bytes",  # [cs231n]
)  # fmt: skip

SHARE_75 = (
    "75 %", "75%", "75 percent", "75 per cent", "75 pct", "0.75", "0,75", ".75", "3/4", "¾", "75", "75,0 %", "75.0%", r"75\%", r"$75\%$", r"\frac{3}{4}", "1 - 1/4 = 75%", "1 - 1/4 = 0.75", "3/4 = 0.75 = 75 %", "**75 %**", "Answer: 75 %", "75 % of the values", "75% fewer", "７５％", "100% - 25% = 75%",
)  # fmt: skip

RATIO_4 = (
    "4", "4x", "x4", "×4", "4×", "4 times", "4-fold", "4fold", "4.0", "factor 4", "factor of 4", "by a factor of 4", "4:1", "4 : 1", "4 to 1", "16/4", "16/4 = 4", "4 times fewer", "4 times as many", "**4**", "$4$", r"4\times", r"\frac{16}{4}", "4,0", "about 4x", "4x smaller", "4x more",
)  # fmt: skip

MATRIX_19_25_37_43 = (
    "[[19, 25], [37, 43]]", "[[19,25],[37,43]]", "[[19 25]\n [37 43]]", "19 25\n37 43", "19, 25\n37, 43", "19,25;37,43", "19 25; 37 43", "[19 25; 37 43]", "((19, 25), (37, 43))", "{{19, 25}, {37, 43}}", "array([[19, 25],\n       [37, 43]])", "np.array([[19, 25], [37, 43]])",
    "tensor([[19., 25.], [37., 43.]])", "tensor([[19., 25.],\n        [37., 43.]], grad_fn=<AddBackward0>)", "array([[19., 25.],\n [37., 43.]], dtype=float32)", "19 25 | 37 43", "| 19 | 25 |\n| 37 | 43 |", "|19|25|\n|--|--|\n|37|43|", "19 | 25\n37 | 43", "19\t25\n37\t43",
    r"\begin{bmatrix} 19 & 25 \\ 37 & 43 \end{bmatrix}", r"$\begin{pmatrix}19&25\\37&43\end{pmatrix}$", "`[[19, 25], [37, 43]]`", "```\n19 25\n37 43\n```", "$[[19, 25], [37, 43]]$", "**[[19, 25], [37, 43]]**", "y = [[19, 25], [37, 43]]", "Answer: [[19, 25], [37, 43]]", "１９ ２５; ３７ ４３", "19\u00a025\n37\u00a043",
    "[[19, 25],\n [37, 43]].", "[19, 25], [37, 43]", "[19, 25]\n[37, 43]", "19.0 25.0\n37.0 43.0",
)  # fmt: skip

SETTINGS_3_2_1 = (
    "k=3, s=2, p=1", "k=3 s=2 p=1", "K = 3, S = 2, P = 1", "F=3, S=2, P=1", "kernel 3, stride 2, padding 1", "kernel_size=3, stride=2, padding=1", "kernel size 3, stride of 2, padding of 1", "filter: 3, stride: 2, padding: 1", "3x3 kernel, stride 2, padding 1", "a 3×3 filter with stride 2 and padding 1",
    "nn.Conv2d(3, 6, kernel_size=3, stride=2, padding=1)", "kernel 3x3, stride 2, pad 1", "**k=3**, **s=2**, **p=1**", "$k=3$, $s=2$, $p=1$", "k=3; s=2; p=1", "k = 3\ns = 2\np = 1", "p=1, s=2, k=3", "kernel_size=(3, 3), stride=(2, 2), padding=(1, 1)",
)  # fmt: skip

TRUE = (
    "true",
    "True",
    "TRUE",
    "T",
    "t",
    "yes",
    "Yes.",
    "correct",
    "**True**",
    "`True`",
    "Answer: true",
    "true.",
    "*True*",
    "The statement is true",
    "It is true.",
    "right",
    "1",
    "True!",
)
OPTION_B = ("b", "B", "(b)", "b)", "[b]", "b.", "**b**", "`b`", "Option b", "option B", "Answer: b", "answer b", "b. a convolution", "a convolution", "A  Convolution", "b: a convolution", "(b) a convolution", "The answer is b.", "b is right")  # fmt: skip
WORD_BLUR = ("gaussian blur", "Gaussian Blur", "  Gaussian  blur. ", "**Gaussian blur**", "`gaussian blur`", "a Gaussian blur", "Gaussian-blur", "the gaussian blur filter", "Answer: Gaussian blur", "_Gaussian blur_", "It is a Gaussian blur.")  # fmt: skip
