"""Icons of things: plants, food and household, buildings, balls, and what hangs in the sky."""

from platoscope.data.datasets.synthetic.icon import Icon

BRIGHT = ("red", "blue", "yellow", "green", "orange", "purple", "pink")
SLIDE = ("slide", "glide", "move")

THINGS: dict[str, Icon] = {
    "lighthouse": Icon(
        ("lighthouse", "light tower"),
        (),
        0.56,
        ("red", "blue", "black"),
        "poly white 38 26 62 26 72 96 28 96; poly body 36 40 64 40 66 54 34 54; "
        "poly body 32 68 68 68 70 82 30 82; rect slate 32 22 68 27; rect lamp 40 10 60 22; "
        "line slate 2 40 10 40 22; line slate 2 50 10 50 22; line slate 2 60 10 60 22; "
        "poly body 36 10 64 10 50 0; round bark 44 84 56 96 4; rect slate 46 58 54 64",
    ),
    "parasol": Icon(
        ("beach umbrella", "parasol"),
        (),
        0.44,
        BRIGHT,
        "line white 4 50 20 50 98; "
        "blob body 2 48 10 20 36 4 64 4 90 20 98 48 82 42 66 48 50 42 34 48 18 42; "
        "poly light 50 3 36 45 20 42 34 10; poly light 50 3 64 45 80 42 66 10",
        textured=True,
    ),
    "beach ball": Icon(
        ("beach ball", "ball"),
        ("roll", "bounce"),
        0.28,
        BRIGHT,
        "oval white 50 50 48 48; blob body 50 2 66 26 68 50 66 74 50 98 40 74 36 50 40 26; "
        "blob dark 8 26 26 40 34 56 32 74 20 86 6 70 2 48; blob dark 92 26 80 44 76 60 80 80 92 72 98 50; "
        "oval white 50 6 8 5",
    ),
    "palm": Icon(
        ("palm tree", "palm"),
        (),
        0.6,
        ("green",),
        "poly wood 46 34 54 34 58 98 44 98; line bark 2 45 48 55 48; line bark 2 45 62 56 62; "
        "line bark 2 44 76 57 76; blob dark 50 30 30 26 10 40 4 54 24 44 48 36; "
        "blob dark 50 30 70 26 90 40 96 54 76 44 52 36; blob body 50 32 34 12 14 8 2 18 24 20 46 36; "
        "blob body 50 32 66 12 86 8 98 18 76 20 54 36; blob body 50 34 44 14 50 0 56 14; "
        "oval bark 44 36 5 5; oval bark 56 37 5 5",
    ),
    "traffic light": Icon(
        ("traffic light", "stop light"),
        (),
        0.46,
        ("black", "grey"),
        "rect slate 46 60 54 98; round body 32 2 68 64 7; oval red 50 15 9 9; oval yellow 50 33 9 9; "
        "oval green 50 51 9 9",
    ),
    "street lamp": Icon(
        ("street lamp", "lamp post"),
        (),
        0.56,
        ("black", "grey", "green"),
        "rect body 47 26 53 98; rect body 40 92 60 98; poly lamp 36 8 64 8 58 26 42 26; "
        "poly body 32 9 68 9 50 0; rect body 40 25 60 29; line body 2 44 9 46 26; line body 2 56 9 54 26",
    ),
    "tree": Icon(
        ("tree", "leafy tree"),
        (),
        0.56,
        ("green", "orange", "yellow"),
        "poly bark 44 56 56 56 60 98 40 98; oval dark 32 46 24 20; oval dark 68 46 24 20; "
        "oval body 50 26 28 24; oval body 34 38 20 17; oval body 66 38 20 17; oval body 50 50 22 15; "
        "oval light 42 20 9 6",
    ),
    "pine tree": Icon(
        ("pine tree", "fir tree"),
        (),
        0.58,
        ("green",),
        "rect bark 44 84 56 98; poly dark 50 36 92 88 8 88; poly body 50 18 82 64 18 64; poly light 50 0 72 38 28 38",
    ),
    "mushroom": Icon(
        ("mushroom", "toadstool"),
        (),
        0.28,
        ("red", "brown", "orange"),
        "blob cream 38 50 62 50 66 94 50 98 34 94; "
        "blob body 4 52 14 24 36 6 64 6 86 24 96 52 72 58 50 56 28 58; oval white 30 32 8 6; "
        "oval white 56 20 8 6; oval white 76 40 8 6; oval white 48 44 6 4",
    ),
    "tent": Icon(
        ("tent", "camping tent"),
        (),
        0.4,
        ("red", "orange", "blue", "green", "yellow"),
        "poly body 50 10 98 94 2 94; poly dark 50 10 98 94 70 94; poly black 48 40 66 94 32 94; line bark 3 50 10 50 2",
        textured=True,
    ),
    "cup": Icon(
        ("cup", "mug", "coffee cup"),
        SLIDE,
        0.28,
        (*BRIGHT, "white"),
        "ring body 8 78 52 18; poly body 12 22 80 22 72 92 20 92; oval dark 46 22 34 9; "
        "oval bark 46 23 28 6; line pale 3 36 12 40 4; line pale 3 52 12 56 4",
        textured=True,
    ),
    "teapot": Icon(
        ("teapot", "tea pot"),
        SLIDE,
        0.36,
        (*BRIGHT, "white"),
        "ring body 7 16 56 14; poly body 68 66 84 36 96 30 94 38 84 74; oval body 48 62 34 29; "
        "rect dark 26 90 70 95; oval dark 48 36 20 7; oval body 48 32 17 7; oval dark 48 22 6 6",
        textured=True,
    ),
    "pan": Icon(
        ("frying pan", "pan", "skillet"),
        SLIDE,
        0.44,
        ("black", "grey", "red"),
        "round bark 60 44 99 54 4; oval body 36 50 35 24; oval dark 36 48 29 18; "
        "blob white 16 48 28 36 46 36 56 48 44 60 26 58; oval yellow 37 47 9 7",
    ),
    "apple": Icon(
        ("apple", "ripe apple"),
        ("roll",),
        0.24,
        ("red", "green", "yellow"),
        "blob body 50 26 70 18 92 36 88 68 66 96 50 92 34 96 12 68 8 36 30 18; line bark 5 50 28 54 6; "
        "blob leaf 54 16 68 4 84 8 72 20; oval light 28 42 6 10",
    ),
    "bottle": Icon(
        ("bottle", "glass bottle"),
        SLIDE,
        0.36,
        ("green", "blue", "red", "brown"),
        "rect wood 44 0 56 8; rect body 43 7 57 32; "
        "blob body 43 28 57 28 68 44 69 70 66 97 34 97 31 70 32 44; rect cream 32 56 68 80; "
        "line light 3 38 44 38 54",
    ),
    "cake": Icon(
        ("cake", "birthday cake"),
        SLIDE,
        0.36,
        ("pink", "white", "brown", "yellow"),
        "oval pale 50 90 48 8; round body 12 48 88 90 5; oval light 50 48 38 9; rect white 12 66 88 71; "
        "rect blue 34 24 38 46; rect red 48 22 52 46; rect green 62 24 66 46; oval flame 36 19 3 6; "
        "oval flame 50 17 3 6; oval flame 64 19 3 6",
    ),
    "loaf": Icon(
        ("loaf of bread", "loaf"),
        SLIDE,
        0.34,
        ("tan", "brown"),
        "blob body 4 62 10 42 30 34 70 34 90 42 96 62 92 84 50 88 8 84; line cream 4 26 40 32 54; "
        "line cream 4 44 38 50 54; line cream 4 62 38 68 54; line cream 4 80 42 84 54",
    ),
    "snowman": Icon(
        ("snowman", "figure of snow"),
        (),
        0.44,
        ("white",),
        "oval pale 50 76 30 22; oval body 50 74 29 21; oval pale 50 44 22 18; oval body 50 43 21 17; "
        "oval body 50 22 15 14; rect black 36 2 64 13; rect black 30 11 70 15; oval black 44 20 2 2; "
        "oval black 56 20 2 2; poly orange 50 23 68 27 50 28; line red 5 38 33 62 33; "
        "line red 5 58 33 62 48; oval black 50 44 2 2; oval black 50 53 2 2; line bark 3 30 42 10 30; "
        "line bark 3 70 42 90 30",
    ),
    "igloo": Icon(
        ("igloo", "ice hut"),
        (),
        0.48,
        ("white",),
        "blob body 6 92 5 62 24 34 50 26 76 34 95 62 94 92; line sky 2 6 74 94 74; line sky 2 12 54 88 54; "
        "line sky 2 30 34 30 54; line sky 2 58 30 58 54; line sky 2 20 54 20 74; line sky 2 44 54 44 74; "
        "line sky 2 72 54 72 74; line sky 2 30 74 30 94; line sky 2 84 74 84 94; "
        "blob navy 38 94 40 70 50 62 60 70 62 94",
    ),
    "cactus": Icon(
        ("cactus", "prickly cactus"),
        (),
        0.48,
        ("green",),
        "round body 40 4 60 97 10; round body 12 34 26 64 7; round body 12 52 50 66 7; "
        "round body 74 24 88 56 7; round body 52 44 88 58 7; line dark 2 46 12 46 92; "
        "line dark 2 54 12 54 92; line dark 2 19 40 19 58; line dark 2 81 30 81 50; oval pink 50 5 6 4",
    ),
    "pyramid": Icon(
        ("pyramid", "stone pyramid"),
        (),
        0.56,
        ("tan", "yellow"),
        "poly body 50 14 98 92 2 92; poly dark 50 14 98 92 62 92; line dark 1 38 34 58 34; "
        "line dark 1 26 54 66 54; line dark 1 14 73 72 73",
    ),
    "suitcase": Icon(
        ("suitcase", "travel bag"),
        ("roll", "slide"),
        0.32,
        BRIGHT,
        "ring slate 6 50 22 14; round body 14 26 86 88 8; rect dark 26 26 33 88; rect dark 67 26 74 88; "
        "oval black 28 92 6 6; oval black 72 92 6 6; rect gold 46 30 54 36",
        textured=True,
    ),
    "windsock": Icon(
        ("windsock", "wind cone"),
        (),
        0.46,
        ("orange", "red"),
        "rect slate 14 4 19 98; poly body 19 6 96 18 96 34 19 40; poly white 36 9 52 11 52 37 36 39; "
        "poly white 68 14 82 16 82 35 68 36",
    ),
    "football": Icon(
        ("football", "soccer ball"),
        ("roll", "bounce"),
        0.28,
        ("white",),
        "oval black 50 50 49 49; oval body 50 50 46 46; poly black 50 32 66 44 60 62 40 62 34 44; "
        "poly black 42 5 58 5 50 16; poly black 94 38 96 54 84 46; poly black 6 38 4 54 16 46; "
        "poly black 74 88 62 94 66 80; poly black 26 88 38 94 34 80; line black 3 50 32 50 14; "
        "line black 3 66 44 86 46; line black 3 60 62 68 82; line black 3 40 62 32 82; "
        "line black 3 34 44 14 46",
    ),
    "goal": Icon(
        ("goal", "goal with its net"),
        (),
        0.6,
        ("white",),
        "line pale 1 18 34 18 88; line pale 1 28 34 28 88; line pale 1 38 34 38 88; "
        "line pale 1 48 34 48 88; line pale 1 58 34 58 88; line pale 1 68 34 68 88; "
        "line pale 1 78 34 78 88; line pale 1 8 44 92 44; line pale 1 8 54 92 54; line pale 1 8 64 92 64; "
        "line pale 1 8 74 92 74; line body 5 5 92 5 30 95 30 95 92",
    ),
    "trophy": Icon(
        ("trophy", "winner's cup"),
        SLIDE,
        0.34,
        ("yellow", "grey"),
        "ring body 6 22 28 16; ring body 6 78 28 16; blob body 22 6 78 6 74 38 58 56 42 56 26 38; "
        "rect dark 46 54 54 76; rect body 34 74 66 82; rect bark 26 82 74 97; oval light 38 24 5 12",
    ),
    "flag": Icon(
        ("flag", "banner"),
        (),
        0.42,
        ("red", "yellow", "orange", "blue"),
        "rect pale 22 2 28 98; blob body 28 6 50 2 70 12 94 8 90 42 68 46 48 38 28 44",
        textured=True,
    ),
    "drum": Icon(
        ("drum", "fan's drum"),
        SLIDE,
        0.34,
        ("red", "blue", "yellow", "green"),
        "line wood 5 70 4 52 24; line wood 5 96 14 66 28; rect body 10 34 90 84; oval body 50 84 40 13; "
        "oval white 50 34 40 13; line gold 3 10 40 30 92 50 44 70 92 90 40; ring dark 3 50 34 1",
    ),
    "tulip": Icon(
        ("tulip", "garden flower"),
        (),
        0.42,
        ("red", "yellow", "pink", "purple", "orange", "white"),
        "line leaf 5 50 40 50 98; blob leaf 50 92 26 84 16 58 36 66; blob leaf 50 92 74 84 84 58 64 66; "
        "blob body 50 48 28 40 24 10 38 20 50 4 62 20 76 10 72 40; blob dark 50 46 40 34 50 10 60 34",
    ),
    "sunflower": Icon(
        ("sunflower", "daisy"),
        (),
        0.44,
        ("yellow", "white"),
        "line leaf 5 50 50 50 98; blob leaf 50 84 26 80 16 62 38 68; oval body 50 10 9 13; "
        "oval body 50 56 9 13; oval body 26 33 13 9; oval body 74 33 13 9; oval body 33 17 11 11; "
        "oval body 67 17 11 11; oval body 33 49 11 11; oval body 67 49 11 11; oval bark 50 33 15 15",
    ),
    "watering can": Icon(
        ("watering can", "garden can"),
        SLIDE,
        0.36,
        ("green", "blue", "red", "grey"),
        "ring dark 5 22 56 18; poly body 60 70 86 36 92 40 66 84; poly body 80 30 96 26 98 40 88 46; "
        "rect body 24 48 66 94; oval dark 45 48 21 6; ring dark 4 44 42 16; rect dark 24 84 66 88",
        textured=True,
    ),
    "planet": Icon(
        ("ringed planet", "planet"),
        ("drift", "float"),
        0.46,
        ("orange", "yellow", "purple", "blue", "red"),
        "line light 5 4 64 30 62; oval body 50 50 28 28; line dark 4 24 42 74 38; line dark 5 24 56 76 52; "
        "poly cream 2 66 8 58 50 54 92 38 98 36 94 46 52 62; poly body 26 44 74 40 76 44 30 50",
        flies=True,
    ),
    "comet": Icon(
        ("comet", "shooting star"),
        ("fly", "shoot"),
        0.44,
        ("yellow", "white", "blue"),
        "poly dark 4 20 82 52 66 80; poly light 18 34 84 58 70 76; oval body 78 70 18 18; oval white 80 72 9 9",
        flies=True,
    ),
    "barn": Icon(
        ("barn", "farm barn"),
        (),
        0.58,
        ("red", "brown"),
        "poly body 12 44 50 20 88 44 88 96 12 96; "
        "poly slate 6 46 26 22 50 10 74 22 94 46 88 48 50 20 12 48; rect white 36 62 64 96; "
        "rect dark 39 65 61 96; line white 2 39 65 61 96; line white 2 61 65 39 96; "
        "rect white 43 36 57 48; rect black 45 38 55 46",
    ),
    "scarecrow": Icon(
        ("scarecrow", "straw man"),
        (),
        0.46,
        ("blue", "red", "brown", "green"),
        "rect bark 47 20 53 98; line wood 5 8 44 92 44; poly body 32 38 68 38 72 76 28 76; "
        "poly body 34 38 12 38 12 52 34 50; poly body 66 38 88 38 88 52 66 50; oval wheat 50 26 13 13; "
        "oval black 45 24 2 2; oval black 55 24 2 2; line black 2 45 31 55 31; "
        "poly bark 28 18 72 18 62 14 58 2 42 2 38 14; line gold 3 12 42 2 40; line gold 3 12 48 3 52; "
        "line gold 3 88 42 98 40; line gold 3 88 48 97 52",
        textured=True,
    ),
}
