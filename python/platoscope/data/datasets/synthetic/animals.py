"""Icons of animals and people: on land, in the water and in the air."""

from platoscope.data.datasets.synthetic.icon import Icon

WALK = ("walk", "wander", "trot")
SWIM = ("swim", "glide")
FLUTTER = ("fly", "flutter")
FACE = "oval black 40 44 3 4; oval black 60 44 3 4;"

ANIMALS: dict[str, Icon] = {
    "horse": Icon(
        ("horse", "pony"),
        ("walk", "trot", "gallop"),
        0.46,
        ("brown", "white", "black", "grey"),
        "line dark 7 22 44 12 52 10 76; poly dark 28 60 36 60 36 96 29 96; "
        "poly dark 58 60 66 60 64 96 57 96; blob body 18 44 36 40 56 42 70 42 72 58 60 64 36 64 22 62; "
        "poly body 22 56 32 60 28 96 20 96; poly body 64 56 73 52 74 96 66 96; "
        "poly body 56 46 72 18 84 24 74 56; blob body 72 14 82 12 98 30 94 38 84 34 75 30; "
        "poly body 74 16 77 3 82 14; line dark 6 58 42 66 26 74 12; oval black 83 21 2 2; "
        "rect black 19 91 28 97; rect black 66 91 75 97",
    ),
    "cow": Icon(
        ("cow", "dairy cow"),
        WALK,
        0.46,
        ("white", "brown", "tan"),
        "line dark 3 10 38 4 70; rect dark 26 64 34 94; rect dark 60 64 68 94; oval pink 48 72 9 6; "
        "blob body 8 36 30 32 60 32 76 38 74 62 62 72 24 72 10 64; rect body 14 62 22 96; "
        "rect body 66 62 74 96; blob black 18 38 34 36 36 50 22 54; blob black 48 44 62 40 64 58 52 60; "
        "blob body 70 26 84 22 96 34 96 48 86 54 76 46; oval pink 92 47 7 6; line cream 4 76 24 72 12; "
        "line cream 4 86 22 91 11; oval dark 70 30 5 4; oval black 85 34 2 2; rect black 14 91 22 97; "
        "rect black 66 91 74 97",
    ),
    "pig": Icon(
        ("pig", "piglet"),
        WALK,
        0.36,
        ("pink",),
        "ring body 3 8 48 6; rect dark 30 66 38 90; rect dark 58 66 66 90; oval body 44 54 34 24; "
        "rect body 20 68 30 94; rect body 64 66 74 94; oval body 76 46 18 18; poly dark 64 34 66 18 78 30; "
        "poly dark 80 30 90 20 90 36; oval dark 90 50 8 8; oval black 88 49 1.6 2.4; "
        "oval black 93 49 1.6 2.4; oval black 78 42 2.4 2.4",
    ),
    "sheep": Icon(
        ("sheep", "woolly sheep"),
        WALK,
        0.36,
        ("white", "grey", "black"),
        "rect slate 26 66 33 94; rect slate 40 68 47 94; rect slate 58 68 65 94; rect slate 70 66 77 94; "
        "oval body 24 46 15 14; oval body 36 36 16 14; oval body 54 34 16 14; oval body 68 42 15 14; "
        "oval body 70 58 14 13; oval body 28 60 15 13; oval body 48 62 22 14; oval body 48 48 26 18; "
        "blob slate 72 32 84 28 96 42 92 54 82 52 74 44; oval slate 72 30 6 4; oval white 86 38 2.6 2.6; "
        "oval black 86 38 1.4 1.4; oval body 78 28 8 6",
    ),
    "hen": Icon(
        ("hen", "chicken"),
        ("walk", "strut"),
        0.3,
        ("white", "brown", "black"),
        "line orange 3 44 76 44 96; line orange 3 56 76 56 96; line orange 3 38 96 50 96; "
        "line orange 3 50 96 64 96; "
        "blob body 4 22 20 42 46 44 60 20 74 12 84 22 80 50 70 74 44 80 20 68 8 46; "
        "blob dark 24 50 44 46 56 56 42 66 28 62; oval red 70 10 5 6; oval red 77 9 5 6; "
        "oval red 83 13 4 5; poly orange 84 22 97 27 84 32; oval red 82 37 4 7; oval black 77 22 2.4 2.4",
    ),
    "dog": Icon(
        ("dog", "pet dog"),
        ("walk", "run", "trot"),
        0.34,
        ("brown", "black", "white", "tan"),
        "line body 7 18 50 6 30; rect dark 28 62 36 94; rect dark 54 62 62 94; "
        "blob body 14 48 40 46 62 46 70 56 62 70 24 70; rect body 18 60 27 96; rect body 60 58 69 96; "
        "blob body 58 24 74 16 86 28 98 36 94 46 78 48 66 54; blob dark 58 20 68 18 70 40 60 46 54 36; "
        "oval black 95 37 4 3; oval black 80 30 2.4 2.4; line red 5 60 50 72 52",
    ),
    "cat": Icon(
        ("cat", "house cat"),
        ("walk", "creep", "stroll"),
        0.3,
        ("black", "grey", "orange", "white"),
        "line body 7 70 84 92 80 92 52 84 46; blob body 50 44 68 58 76 92 50 97 24 92 32 58; "
        "oval body 50 32 24 21; poly body 28 28 27 2 46 16; poly body 72 28 73 2 54 16; "
        "oval yellow 41 30 5 5; oval yellow 59 30 5 5; oval black 41 30 2 4; oval black 59 30 2 4; "
        "poly pink 46 38 54 38 50 43; line pale 1 30 40 10 36; line pale 1 70 40 90 36; "
        "line pale 1 30 43 10 46; line pale 1 70 43 90 46; oval light 42 93 7 4; oval light 58 93 7 4",
    ),
    "fox": Icon(
        ("fox", "bushy-tailed fox"),
        ("trot", "creep", "run"),
        0.4,
        ("fox",),
        "blob body 30 56 14 44 2 52 4 70 16 74 30 66; blob white 2 52 4 70 10 72 10 56; "
        "rect bark 38 66 45 95; rect bark 60 66 67 95; blob body 26 54 46 50 66 50 72 60 62 72 34 70; "
        "rect bark 30 68 37 97; rect bark 66 64 73 97; blob body 60 34 74 26 84 32 98 46 84 54 68 56; "
        "poly body 62 36 62 12 74 28; poly body 74 28 82 12 86 32; poly black 63 22 62 12 68 20; "
        "blob white 74 48 96 46 84 55 70 57; oval black 97 46 3 3; oval black 80 39 2.2 2.2",
    ),
    "deer": Icon(
        ("deer", "stag"),
        ("walk", "run", "leap"),
        0.46,
        ("brown", "tan"),
        "line cream 3 72 24 64 12 66 2; line cream 3 65 12 56 8; line cream 3 80 22 86 10 84 1; "
        "line cream 3 85 10 94 6; rect dark 30 64 36 94; rect dark 54 64 60 94; "
        "blob body 16 50 36 46 58 48 66 50 66 64 54 70 30 70 18 64; poly body 18 60 26 62 26 97 20 97; "
        "poly body 60 58 67 54 68 97 62 97; poly body 54 52 68 26 80 32 66 60; "
        "blob body 68 26 78 22 94 36 90 42 80 40; blob body 72 26 60 20 58 28 68 31; oval white 15 54 5 7; "
        "oval black 80 30 2 2; oval light 36 54 3 2; oval light 46 56 3 2; oval light 40 61 3 2",
    ),
    "bear": Icon(
        ("bear",),
        ("walk", "wander", "plod"),
        0.46,
        ("brown", "black"),
        "rect dark 32 68 44 94; rect dark 56 68 66 94; "
        "blob body 6 48 24 32 48 30 68 34 74 60 62 76 24 76 8 66; rect body 12 62 27 97; "
        "rect body 62 60 76 97; blob body 62 28 74 20 86 24 98 38 94 48 82 50 70 48; oval body 70 22 6 6; "
        "oval dark 70 22 3 3; oval light 92 41 7 6; oval black 96 38 3 3; oval black 83 31 2.4 2.4",
    ),
    "polar bear": Icon(
        ("polar bear", "ice bear"),
        ("walk", "wander", "plod"),
        0.46,
        ("white",),
        "rect pale 32 68 44 94; rect pale 56 68 66 94; "
        "blob body 6 48 24 32 48 30 68 34 74 60 62 76 24 76 8 66; rect body 12 62 27 97; "
        "rect body 62 60 76 97; blob body 60 32 76 20 88 24 99 36 96 44 82 46 70 50; oval body 74 20 5 5; "
        "oval pale 74 20 2.5 2.5; oval black 97 36 3 3; oval black 85 28 2.2 2.2",
    ),
    "owl": Icon(
        ("owl", "big-eyed owl"),
        FLUTTER,
        0.32,
        ("brown", "grey", "white", "tan"),
        "line orange 4 40 88 40 97; line orange 4 60 88 60 97; "
        "blob body 50 8 78 14 84 50 72 90 50 94 28 90 16 50 22 14; poly body 22 20 20 0 42 10; "
        "poly body 78 20 80 0 58 10; blob dark 18 44 28 50 32 84 22 74; blob dark 82 44 72 50 68 84 78 74; "
        "oval light 50 68 15 20; oval white 37 32 14 14; oval white 63 32 14 14; oval black 37 32 7 7; "
        "oval black 63 32 7 7; poly orange 45 40 55 40 50 52; line dark 2 40 62 46 66; "
        "line dark 2 54 66 60 62; line dark 2 42 74 48 78; line dark 2 52 78 58 74",
        flies=True,
    ),
    "rabbit": Icon(
        ("rabbit", "bunny", "hare"),
        ("hop", "run"),
        0.3,
        ("white", "brown", "grey"),
        "oval white 14 78 8 8; oval body 42 74 32 22; oval dark 34 80 18 14; "
        "blob body 60 4 70 8 72 40 62 42 58 20; blob body 76 4 86 10 82 40 72 42 72 20; "
        "blob pink 63 10 67 12 69 36 64 36; oval body 74 48 18 16; oval black 80 45 2.6 3; "
        "oval pink 91 50 3 2.4; oval body 30 94 20 5; oval body 66 92 10 6",
    ),
    "squirrel": Icon(
        ("squirrel", "bushy-tailed squirrel"),
        ("run", "hop"),
        0.3,
        ("fox", "brown", "grey"),
        "blob dark 40 92 18 86 6 62 10 32 26 20 38 28 30 44 36 66; "
        "blob body 44 52 62 52 70 72 64 94 40 95 36 74; oval body 66 42 17 14; "
        "poly body 56 34 58 18 66 32; poly body 66 32 72 20 76 34; oval light 58 76 8 14; "
        "oval black 72 39 2.6 2.6; oval black 83 43 2.4 2; line body 6 62 62 80 66; oval wood 83 64 6 7; "
        "oval body 56 95 18 5",
    ),
    "camel": Icon(
        ("camel", "two-humped camel"),
        ("walk", "trot", "plod"),
        0.5,
        ("tan", "brown"),
        "line dark 3 10 50 6 72; rect dark 24 62 30 94; rect dark 54 62 60 94; "
        "blob body 10 52 18 44 24 24 34 28 40 42 46 26 56 24 62 44 68 52 60 66 22 66; "
        "poly body 12 58 22 60 20 97 14 97; poly body 58 58 67 54 67 97 61 97; "
        "blob body 58 54 68 56 78 44 80 24 74 20 70 38 62 44; "
        "blob body 70 18 80 12 97 22 94 31 82 30 72 28; poly body 72 16 73 7 78 13; oval black 82 18 2 2",
    ),
    "penguin": Icon(
        ("penguin",),
        ("waddle", "walk"),
        0.34,
        ("black",),
        "oval orange 38 95 10 4; oval orange 62 95 10 4; "
        "blob body 50 3 66 10 70 30 80 60 70 92 50 96 30 92 20 60 30 30 34 10; "
        "blob white 50 26 62 36 68 62 60 90 50 92 40 90 32 62 38 36; blob body 24 40 10 66 18 70 30 56; "
        "blob body 76 40 90 66 82 70 70 56; oval white 42 18 6 7; oval white 58 18 6 7; "
        "oval black 43 18 2.6 3; oval black 57 18 2.6 3; poly orange 43 24 57 24 50 34",
    ),
    "frog": Icon(
        ("frog", "pond frog"),
        ("hop", "jump"),
        0.28,
        ("green",),
        "blob dark 6 92 4 70 20 60 36 76 32 94; blob dark 94 92 96 70 80 60 64 76 68 94; "
        "oval body 50 68 34 26; oval body 50 46 34 20; oval body 30 28 12 12; oval body 70 28 12 12; "
        "oval white 30 26 8 8; oval white 70 26 8 8; oval black 30 26 4 5; oval black 70 26 4 5; "
        "line black 2 28 52 50 58 72 52; oval light 50 78 20 14; oval body 32 94 12 5; oval body 68 94 12 5",
    ),
    "snail": Icon(
        ("snail", "garden snail"),
        ("crawl", "creep"),
        0.3,
        ("orange", "brown", "pink", "purple", "yellow"),
        "blob wood 4 94 30 84 66 84 80 58 90 54 96 66 88 92 60 97 20 97; line wood 3 84 58 80 38; "
        "line wood 3 92 56 96 38; oval black 80 37 3 3; oval black 96 37 3 3; oval body 44 58 32 32; "
        "ring dark 5 46 60 24; ring dark 5 49 62 14; oval dark 50 63 4 4",
    ),
    "snake": Icon(
        ("snake", "serpent"),
        ("slither", "crawl"),
        0.42,
        ("green", "brown", "yellow", "red"),
        "line body 10 4 90 14 84 26 66 38 64 48 84 60 88 70 70 72 50 84 42; oval body 86 40 11 8; "
        "line red 2 96 42 100 44; oval black 88 37 2 2; "
        "line light 2 4 90 14 84 26 66 38 64 48 84 60 88 70 70 72 50",
        textured=True,
    ),
    "fish": Icon(
        ("fish", "tropical fish"),
        SWIM,
        0.32,
        ("orange", "red", "yellow", "blue", "purple", "pink"),
        "poly dark 28 50 2 24 8 50 2 76; blob dark 40 34 54 12 68 32; blob dark 44 66 54 86 64 68; "
        "blob body 20 50 40 28 66 26 88 38 98 52 86 66 62 74 38 72; oval white 82 46 6 6; "
        "oval black 83 46 3 3; line dark 2 72 34 68 50 72 66",
        flies=True,
        textured=True,
    ),
    "whale": Icon(
        ("whale", "spouting whale"),
        ("swim", "glide"),
        0.52,
        ("blue", "grey", "black"),
        "line glass 3 70 34 66 18 58 14; line glass 3 70 34 76 18 84 16; "
        "poly body 16 56 10 40 0 34 4 48 0 60 10 62; "
        "blob body 8 58 30 54 44 38 70 32 92 42 98 62 88 80 60 86 34 80 16 66; "
        "blob white 44 80 70 72 96 66 88 81 64 87; oval black 86 56 2.4 2.4; "
        "blob dark 54 68 64 66 62 84 50 90",
    ),
    "turtle": Icon(
        ("turtle", "sea turtle"),
        ("swim", "paddle"),
        0.36,
        ("green", "brown"),
        "blob leaf 60 60 78 74 74 94 62 84 52 66; blob leaf 30 62 22 84 12 88 18 66; "
        "oval leaf 86 48 12 10; blob body 8 60 22 34 48 24 70 36 80 60 60 68 24 68; "
        "line dark 3 30 36 36 64; line dark 3 48 28 50 66; line dark 3 64 36 62 64; "
        "line dark 3 14 52 76 52; oval black 91 45 2 2",
        flies=True,
    ),
    "jellyfish": Icon(
        ("jellyfish", "medusa"),
        ("drift", "float"),
        0.36,
        ("pink", "purple", "white", "orange"),
        "line light 4 26 46 20 66 28 80 22 96; line light 4 40 46 36 68 44 84 38 98; "
        "line light 4 58 46 62 68 54 84 60 98; line light 4 74 46 80 66 72 80 78 96; "
        "blob body 10 48 16 20 36 4 64 4 84 20 90 48 70 44 50 50 30 44; oval light 34 20 8 6",
        flies=True,
        textured=True,
    ),
    "crab": Icon(
        ("crab", "beach crab"),
        ("crawl", "scuttle"),
        0.32,
        ("red", "orange"),
        "line dark 5 24 70 6 78 4 94; line dark 5 30 76 18 86 18 97; line dark 5 76 70 94 78 96 94; "
        "line dark 5 70 76 82 86 82 97; line body 7 26 58 12 44; line body 7 74 58 88 44; "
        "blob body 4 30 12 20 16 34 22 22 26 36 16 48 6 44; "
        "blob body 96 30 88 20 84 34 78 22 74 36 84 48 94 44; oval body 50 66 30 20; "
        "line body 4 40 50 38 36; line body 4 60 50 62 36; oval white 38 34 6 6; oval white 62 34 6 6; "
        "oval black 38 34 3 3; oval black 62 34 3 3; line black 2 40 72 50 77 60 72",
    ),
    "starfish": Icon(
        ("starfish", "sea star"),
        (),
        0.26,
        ("orange", "red", "pink", "purple"),
        "blob body 50 2 60 34 97 36 68 58 80 96 50 74 20 96 32 58 3 36 40 34; oval light 50 50 4 4; "
        "oval light 50 28 3 3; oval light 72 44 3 3; oval light 64 72 3 3; oval light 36 72 3 3; "
        "oval light 28 44 3 3",
    ),
    "gull": Icon(
        ("seagull", "gull"),
        ("fly", "glide", "soar"),
        0.36,
        ("white", "grey"),
        "blob pale 52 52 38 30 12 14 2 22 24 34 40 58; blob body 20 62 44 50 70 46 84 50 70 62 44 68; "
        "blob body 50 52 56 28 76 8 92 8 76 26 66 52; poly slate 76 8 92 8 84 17; "
        "poly slate 12 14 2 22 14 26; oval body 84 48 9 8; poly orange 90 46 99 50 90 52; "
        "oval black 86 46 2 2",
        flies=True,
    ),
    "bird": Icon(
        ("bird", "songbird"),
        FLUTTER,
        0.28,
        ("red", "blue", "yellow", "brown", "black"),
        "poly dark 30 60 2 70 6 84 34 72; line orange 3 46 80 44 96; line orange 3 56 80 56 96; "
        "blob body 26 66 44 40 58 20 76 16 86 28 82 54 66 78 42 82; "
        "blob dark 34 52 56 48 66 58 50 72 36 68; poly orange 84 24 98 30 84 35; oval black 76 27 3 3; "
        "oval light 70 58 8 10",
        flies=True,
    ),
    "butterfly": Icon(
        ("butterfly",),
        ("flutter", "fly"),
        0.32,
        ("orange", "blue", "yellow", "purple", "pink", "red"),
        "blob body 48 46 34 14 8 8 4 34 20 52; blob body 52 46 66 14 92 8 96 34 80 52; "
        "blob dark 48 50 20 54 12 74 28 90 44 70; blob dark 52 50 80 54 88 74 72 90 56 70; "
        "oval light 22 28 8 8; oval light 78 28 8 8; oval light 28 72 5 5; oval light 72 72 5 5; "
        "oval black 50 52 4 28; line black 2 49 26 40 6; line black 2 51 26 60 6",
        flies=True,
        textured=True,
    ),
    "bee": Icon(
        ("bee", "bumblebee"),
        ("fly", "buzz"),
        0.3,
        ("yellow",),
        "blob ice 44 44 28 20 36 4 54 14 54 42; blob ice 56 42 58 14 76 6 80 22 64 44; "
        "oval body 48 60 36 24; rect black 28 42 36 78; rect black 46 36 54 84; rect black 64 40 71 80; "
        "oval black 84 58 12 13; oval white 88 54 4 4; oval black 89 54 2 2; poly black 12 54 2 60 12 66; "
        "line black 2 88 46 96 32; line black 2 82 45 82 30",
        flies=True,
    ),
    "player": Icon(
        ("football player", "footballer", "player"),
        ("run", "jog"),
        0.44,
        ("red", "blue", "yellow", "green", "white", "orange"),
        "line skin 7 44 66 34 82; line skin 7 56 66 66 82; line white 7 36 80 30 92; "
        "line white 7 64 80 70 92; oval black 32 95 9 4; oval black 72 95 9 4; "
        "poly white 36 56 64 56 68 74 52 74 50 66 48 74 32 74; line skin 6 34 36 22 56; "
        "line skin 6 66 36 80 52; poly body 34 26 66 26 78 40 68 46 64 40 64 60 36 60 36 40 30 46 22 40; "
        "oval skin 50 15 11 12; blob bark 39 12 42 3 58 3 61 12 54 8 46 8",
        textured=True,
        wears="shirt",
    ),
    "referee": Icon(
        ("referee", "football referee"),
        ("run", "jog"),
        0.44,
        ("black", "yellow"),
        "line skin 7 44 66 40 82; line skin 7 56 66 60 82; line black 8 40 80 39 92; "
        "line black 8 60 80 61 92; oval black 37 95 9 4; oval black 63 95 9 4; rect black 35 56 65 74; "
        "line skin 6 66 34 76 12; line skin 6 34 36 24 56; "
        "poly body 34 26 66 26 78 20 82 28 66 42 64 60 36 60 36 40 30 46 22 40; rect red 72 0 84 14; "
        "oval skin 50 15 11 12; blob bark 39 12 42 3 58 3 61 12 54 8 46 8; oval pale 50 24 3 3",
        wears="shirt",
    ),
    "child": Icon(
        ("child", "kid"),
        ("walk", "run"),
        0.42,
        ("red", "blue", "yellow", "green", "purple"),
        "line navy 9 44 66 42 92; line navy 9 57 66 59 92; oval black 39 95 8 4; oval black 62 95 8 4; "
        "line body 7 38 42 24 60; line body 7 62 42 76 60; oval skin 23 62 4 4; oval skin 77 62 4 4; "
        "round body 35 36 65 70 6; oval skin 50 20 16 17; "
        "blob bark 33 18 38 4 50 1 62 4 67 18 58 11 42 11; oval black 44 21 2 2.4; oval black 56 21 2 2.4; "
        "line red 2 45 28 50 30 55 28",
        textured=True,
        wears="jumper",
    ),
    "skier": Icon(
        ("skier", "person on skis"),
        ("ski", "glide", "slide"),
        0.42,
        ("red", "blue", "yellow", "orange", "green"),
        "line black 4 4 92 96 92 100 86; line slate 2 30 46 14 88; line slate 2 72 42 88 86; "
        "line navy 10 48 58 58 74 46 90; line navy 9 54 60 66 74 58 90; line body 7 42 38 32 48; "
        "line body 7 58 36 72 44; round body 38 30 62 62 7; oval skin 54 20 11 12; "
        "blob body 42 16 46 5 60 4 66 14; rect black 56 16 67 21",
        wears="jacket",
    ),
    "astronaut": Icon(
        ("astronaut", "spaceman"),
        ("float", "drift"),
        0.42,
        ("white", "orange"),
        "round slate 28 34 72 66 6; line body 12 42 62 36 92; line body 12 58 62 64 92; "
        "line body 11 36 42 14 54; line body 11 64 42 86 36; round body 33 36 67 70 9; "
        "oval body 50 22 22 21; round navy 35 12 65 32 9; round glass 39 15 50 21 3; "
        "rect dark 42 48 58 60; oval red 46 52 2 2; oval green 54 52 2 2; oval slate 36 94 9 5; "
        "oval slate 65 94 9 5",
        flies=True,
        wears="suit",
    ),
}
