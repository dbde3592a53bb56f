"""Icons of what carries people: on roads, on water, in the air and in space."""

from platoscope.data.datasets.synthetic.icon import Icon

BRIGHT = ("red", "blue", "yellow", "green", "white", "orange")
DRIVE = ("drive", "roll", "travel")
FLY = ("fly", "glide", "soar")
SAIL = ("sail", "float", "glide")

VEHICLES: dict[str, Icon] = {
    "car": Icon(
        ("car", "motor car", "automobile"),
        DRIVE,
        0.34,
        (*BRIGHT, "black", "grey"),
        "blob body 4 62 14 54 24 50 34 34 50 30 66 33 78 50 92 54 97 62 96 74 88 78 12 78 4 74; "
        "poly glass 29 50 37 38 49 36 49 50; poly glass 53 50 53 36 64 38 72 50; rect dark 4 64 97 67; "
        "oval lamp 93 60 3 4; oval red 6 60 2 4; oval black 25 77 12 12; oval pale 25 77 6 6; "
        "oval black 76 77 12 12; oval pale 76 77 6 6",
        textured=True,
    ),
    "bus": Icon(
        ("bus", "coach", "city bus"),
        DRIVE,
        0.48,
        BRIGHT,
        "round body 2 22 98 80 7; rect glass 7 31 24 50; rect glass 27 31 44 50; rect glass 47 31 64 50; "
        "rect glass 67 31 80 50; rect glass 84 31 96 74; rect dark 2 57 82 62; rect white 10 24 70 28; "
        "oval black 22 80 10 10; oval pale 22 80 5 5; oval black 70 80 10 10; oval pale 70 80 5 5",
    ),
    "truck": Icon(
        ("lorry", "truck", "delivery lorry"),
        DRIVE,
        0.46,
        BRIGHT,
        "rect body 2 22 62 74; rect dark 2 70 98 78; poly light 65 34 82 34 96 54 97 76 65 76; "
        "poly glass 69 39 81 39 90 54 69 54; oval lamp 94 66 3 3; oval black 18 80 10 10; "
        "oval pale 18 80 4 4; oval black 45 80 10 10; oval pale 45 80 4 4; oval black 82 80 10 10; "
        "oval pale 82 80 4 4",
        textured=True,
    ),
    "bicycle": Icon(
        ("bicycle", "bike", "push-bike"),
        ("roll", "ride", "go"),
        0.32,
        ("red", "blue", "black", "green"),
        "ring black 4 24 70 21; ring black 4 77 70 21; ring grey 1 24 70 12; ring grey 1 77 70 12; "
        "line body 5 24 70 40 40 68 40 48 70 24 70; line body 5 40 40 48 70; line body 5 77 70 66 30; "
        "line black 6 33 34 47 34; line black 5 62 28 76 26 80 32; oval black 48 70 5 5",
    ),
    "motorbike": Icon(
        ("motorbike", "motorcycle"),
        DRIVE,
        0.36,
        ("red", "blue", "black", "orange"),
        "ring black 8 20 74 19; ring black 8 80 74 19; line grey 5 80 74 66 34; line black 5 58 28 72 32; "
        "blob body 34 48 46 38 60 42 66 52 58 62 44 64; blob black 12 46 24 40 42 46 40 54 22 54; "
        "blob slate 36 62 56 62 60 78 40 80; line pale 5 44 80 12 84; oval lamp 70 42 5 5",
    ),
    "jeep": Icon(
        ("jeep", "off-road car"),
        DRIVE,
        0.38,
        ("green", "tan", "red", "white"),
        "poly body 8 48 22 46 26 22 66 22 74 46 96 50 96 76 6 76; poly glass 30 27 45 27 45 46 27 46; "
        "poly glass 49 27 63 27 69 46 49 46; ring black 5 9 54 11; rect dark 8 66 96 70; "
        "oval black 26 78 14 14; oval pale 26 78 6 6; oval black 76 78 14 14; oval pale 76 78 6 6; "
        "oval lamp 93 57 4 4",
    ),
    "taxi": Icon(
        ("taxi", "cab"),
        DRIVE,
        0.36,
        ("yellow", "white", "black"),
        "blob body 4 62 14 54 24 50 34 34 50 30 66 33 78 50 92 54 97 62 96 74 88 78 12 78 4 74; "
        "rect black 42 20 60 31; rect lamp 44 22 58 29; poly glass 29 50 37 38 49 36 49 50; "
        "poly glass 53 50 53 36 64 38 72 50; rect black 6 60 12 64; rect black 18 60 24 64; "
        "rect black 30 60 36 64; rect black 42 60 48 64; rect black 54 60 60 64; rect black 66 60 72 64; "
        "rect black 78 60 84 64; oval black 25 77 12 12; oval pale 25 77 6 6; oval black 76 77 12 12; "
        "oval pale 76 77 6 6; oval lamp 94 62 3 3",
    ),
    "tram": Icon(
        ("tram", "streetcar"),
        DRIVE,
        0.5,
        ("red", "green", "yellow", "blue"),
        "line black 3 40 24 50 8 60 24; round body 2 22 98 84 6; rect white 2 30 98 54; "
        "rect glass 6 32 20 52; rect glass 36 32 50 52; rect glass 54 32 68 52; rect glass 82 32 95 52; "
        "rect dark 23 30 33 82; rect dark 70 30 80 82; rect slate 8 84 92 88; oval black 22 88 6 6; "
        "oval black 34 88 6 6; oval black 66 88 6 6; oval black 78 88 6 6; oval lamp 94 66 3 3",
    ),
    "tractor": Icon(
        ("tractor", "farm tractor"),
        DRIVE,
        0.4,
        ("red", "green", "blue", "orange"),
        "poly body 34 48 90 48 94 72 34 72; rect slate 78 22 83 48; poly body 14 16 56 16 56 20 14 20; "
        "rect slate 18 20 22 52; rect slate 48 20 52 50; rect glass 22 20 48 46; rect dark 62 54 88 58; "
        "oval black 28 70 26 26; oval gold 28 70 12 12; oval black 82 82 14 14; oval gold 82 82 6 6",
    ),
    "sailboat": Icon(
        ("sailing boat", "sailboat", "yacht"),
        SAIL,
        0.42,
        (*BRIGHT, "purple", "pink"),
        "line bark 3 48 4 48 78; poly body 52 8 52 70 90 70; poly light 44 16 44 70 14 70; "
        "poly wood 4 76 96 76 80 96 20 96; rect white 8 79 92 82",
        textured=True,
    ),
    "ship": Icon(
        ("ship", "steamer", "steamship"),
        SAIL,
        0.52,
        ("red", "blue", "black", "white", "green"),
        "rect white 20 52 78 68; rect pale 30 38 70 52; rect body 38 16 48 38; rect black 38 14 48 21; "
        "rect body 56 16 66 38; rect black 56 14 66 21; poly body 2 66 98 66 86 94 14 94; "
        "oval white 24 76 3 3; oval white 38 76 3 3; oval white 52 76 3 3; oval white 66 76 3 3; "
        "rect slate 24 56 30 62; rect slate 36 56 42 62; rect slate 48 56 54 62; rect slate 60 56 66 62; "
        "rect slate 34 42 64 47",
    ),
    "rowing boat": Icon(
        ("rowing boat", "rowboat"),
        ("float", "drift", "glide"),
        0.34,
        ("red", "blue", "green", "white", "brown"),
        "line wood 4 62 40 20 88; line wood 4 40 40 80 88; "
        "blob body 2 56 26 62 50 63 74 62 98 56 86 82 50 88 14 82; line light 4 6 60 50 67 94 60",
    ),
    "plane": Icon(
        ("plane", "aeroplane", "airliner"),
        FLY,
        0.48,
        ("white", "blue", "red", "yellow", "grey"),
        "poly dark 44 46 56 46 30 18 22 18; poly body 6 18 18 18 30 46 12 48; "
        "blob body 4 46 20 42 60 40 84 42 97 50 90 58 60 62 20 58; poly glass 84 44 92 47 93 50 84 50; "
        "oval slate 30 49 2 3; oval slate 38 49 2 3; oval slate 46 49 2 3; oval slate 54 49 2 3; "
        "oval slate 62 49 2 3; oval slate 70 49 2 3; poly dark 42 54 60 54 34 86 24 86; "
        "round slate 44 66 58 74 4; poly dark 6 46 20 46 12 56 3 56",
        flies=True,
    ),
    "helicopter": Icon(
        ("helicopter", "chopper"),
        ("fly", "hover", "glide"),
        0.44,
        ("red", "blue", "yellow", "green", "white"),
        "line slate 3 10 22 96 22; rect slate 52 22 57 34; poly body 4 38 44 44 44 56 4 46; "
        "poly body 2 26 9 26 12 48 4 48; ring slate 2 6 38 10; "
        "blob body 34 46 46 34 66 32 84 40 94 56 86 68 62 72 42 66; blob glass 66 38 82 42 90 56 66 56; "
        "line slate 3 40 84 92 84; line slate 3 52 70 48 84; line slate 3 76 70 80 84",
        flies=True,
    ),
    "balloon": Icon(
        ("hot-air balloon", "balloon"),
        ("float", "drift"),
        0.46,
        (*BRIGHT, "purple", "pink"),
        "line bark 2 32 56 43 82; line bark 2 68 56 57 82; line bark 2 50 60 50 82; "
        "blob body 50 2 72 8 84 26 80 46 60 66 40 66 20 46 16 26 28 8; "
        "poly light 46 2 54 2 60 26 56 66 44 66 40 26; round wood 40 80 60 97 3; rect bark 40 80 60 84",
        flies=True,
        textured=True,
    ),
    "rocket": Icon(
        ("rocket", "space rocket"),
        ("fly", "shoot", "travel"),
        0.44,
        ("red", "blue", "orange", "green", "purple"),
        "blob flame 40 78 60 78 56 92 50 99 44 92; blob yellow 45 78 55 78 52 88 50 92 48 88; "
        "poly body 36 52 18 84 38 76; poly body 64 52 82 84 62 76; "
        "blob white 50 2 62 18 66 44 62 78 38 78 34 44 38 18; "
        "blob body 50 2 60 15 63 26 50 28 37 26 40 15; oval slate 50 44 10 10; oval glass 50 44 7 7; "
        "rect body 37 66 63 71",
        flies=True,
    ),
    "saucer": Icon(
        ("flying saucer", "UFO", "alien spaceship"),
        ("fly", "hover", "glide"),
        0.42,
        ("grey", "green", "purple", "blue"),
        "blob glass 30 44 36 24 50 18 64 24 70 44; oval green 50 38 8 9; oval body 50 54 48 15; "
        "oval dark 50 60 34 8; oval lamp 14 54 4 4; oval lamp 32 60 4 4; oval lamp 50 62 4 4; "
        "oval lamp 68 60 4 4; oval lamp 86 54 4 4",
        flies=True,
    ),
    "satellite": Icon(
        ("satellite", "space probe"),
        ("drift", "float", "travel"),
        0.42,
        ("yellow", "grey", "white"),
        "rect slate 2 47 98 52; rect navy 2 36 32 64; rect navy 68 36 98 64; line glass 1 12 36 12 64; "
        "line glass 1 22 36 22 64; line glass 1 2 50 32 50; line glass 1 78 36 78 64; "
        "line glass 1 88 36 88 64; line glass 1 68 50 98 50; rect body 38 32 62 68; rect dark 38 54 62 58; "
        "line slate 3 50 32 50 20; blob pale 34 20 50 26 66 20 58 10 42 10",
        flies=True,
    ),
    "sledge": Icon(
        ("sledge", "sled"),
        ("slide", "glide"),
        0.34,
        ("red", "blue", "brown", "green"),
        "line slate 5 4 92 84 92 96 78 92 66; rect bark 18 72 23 92; rect bark 50 72 55 92; "
        "rect bark 74 72 79 92; round body 6 60 86 72 3; rect dark 6 68 86 72; line bark 3 92 66 98 44",
    ),
}
