"""The places of six themes that people have made: street, night city, airport, kitchen, football and space."""

from platoscope.data.datasets.synthetic.place import Place

BUILT: dict[str, tuple[Place, ...]] = {
    "street": (
        Place(
            ("a city street", "a street of houses", "a town street"),
            ("on a city street", "along a row of houses", "in town"),
            "sky sky-haze 0 60; towers brick-glass 66 48 6 0.95; rect stone 0 64 100 72; "
            "rect road 0 72 100 100; rect white 6 84 22 86; rect white 38 84 54 86; rect white 70 84 86 86",
            (80, 96),
            (22, 38),
            ("car", "bus", "truck", "bicycle", "dog", "child", "motorbike"),
        ),
        Place(
            ("a zebra crossing", "a crossroads", "a street crossing"),
            ("at a zebra crossing", "at the crossroads", "at the crossing"),
            "sky haze-pale 0 52; towers cream-slate 56 36 8 0.8; rect lawn 0 54 100 62; "
            "rect road 0 60 100 100; rect white 8 66 18 98; rect white 26 66 36 98; "
            "rect white 44 66 54 98; rect white 62 66 72 98; rect white 80 66 90 98; "
            "spot traffic_light/black 2 10 64 34; spot traffic_light/black 90 98 64 34",
            (78, 96),
            (22, 36),
            ("bus", "car", "traffic light", "bicycle", "child", "motorbike", "truck"),
        ),
        Place(
            ("an avenue of trees", "a tree-lined road", "a road by the park"),
            ("on a tree-lined road", "along an avenue of trees", "on the park road"),
            "sky sky-haze 0 50; ridge grass 50 3 3; row tree/green 66 50 5; rect pale 0 66 100 71; "
            "rect road 0 71 100 100; rect yellow 0 84 100 85; row street_lamp/black 70 40 3",
            (80, 96),
            (22, 36),
            ("bicycle", "car", "bus", "dog", "street lamp", "child", "truck"),
        ),
    ),
    "night city": (
        Place(
            ("a skyline at night", "the city at night", "skyscrapers by night"),
            ("in front of the skyline at night", "in the city at night", "below lit skyscrapers"),
            "sky void-navy 0 76; dots white 2 40 26 0.3 0.7; oval lamp 80 14 6 6; "
            "towers navy-lamp 78 56 7 0.5; rect black 0 78 100 100; rect slate 0 78 100 80; "
            "rect yellow 10 89 24 90; rect yellow 44 89 58 90; rect yellow 78 89 92 90",
            (84, 97),
            (26, 42),
            ("taxi", "tram", "helicopter", "motorbike", "street lamp", "car"),
            light="night",
        ),
        Place(
            ("a street of neon signs", "a neon-lit street", "a shopping street after dark"),
            ("on a neon-lit street", "under neon signs", "on a shopping street after dark"),
            "sky void-night 0 70; towers night-pink 72 62 5 0.35; rect purple 4 38 9 62; "
            "rect teal 30 30 44 38; rect red 58 44 74 52; rect green 86 26 91 56; rect lamp 12 60 26 72; "
            "rect lamp 48 60 62 72; rect lamp 78 60 92 72; rect navy 0 72 100 100; rect purple 4 80 9 98; "
            "rect teal 30 82 44 90; rect red 58 78 74 88",
            (82, 96),
            (24, 38),
            ("taxi", "motorbike", "cat", "bicycle", "tram", "street lamp"),
            light="night",
        ),
        Place(
            ("a bridge at night", "a lit bridge over a river", "the river bridge after dark"),
            ("on a bridge at night", "on the lit bridge over the river", "over the dark river"),
            "sky void-navy 0 60; dots white 2 40 30 0.3 0.7; towers night-lamp 60 26 12 0.5; "
            "sky navy-deep 60 100; waves lamp 62 72 10; waves lamp 88 99 12; rect slate 22 12 27 80; "
            "rect slate 73 12 78 80; line pale 1 -10 60 24 14 50 62 76 14 110 60; rect slate 0 76 100 86; "
            "rect lamp 0 76 100 77",
            (77, 79),
            (26, 44),
            ("tram", "taxi", "car", "motorbike", "helicopter"),
            light="night",
        ),
    ),
    "airport": (
        Place(
            ("a runway", "the runway of an airport", "the landing strip"),
            ("on the runway", "on the landing strip", "by the runway"),
            "sky sky-haze 0 56; clouds white 8 30 3 22; ridge leaf 54 3 3; rect lawn 0 58 100 100; "
            "poly road 36 58 64 58 120 100 -20 100; poly white 48 62 52 62 53 68 47 68; "
            "poly white 47 74 53 74 55 84 45 84; poly white 44 90 56 90 58 100 42 100",
            (80, 95),
            (26, 50),
            ("plane", "helicopter", "windsock", "plane", "truck", "jeep"),
        ),
        Place(
            ("an airport terminal", "the apron by the terminal", "an airport with its control tower"),
            ("at the airport terminal", "in front of the control tower", "on the apron of the airport"),
            "sky sky-haze 0 60; rect pale 0 44 64 66; rect glass 2 48 62 54; rect glass 2 57 62 63; "
            "poly stone 74 24 84 24 86 66 72 66; poly glass 68 10 90 10 86 24 72 24; "
            "rect slate 66 8 92 11; rect stone 0 66 100 100; line yellow 1 0 78 60 78 100 96",
            (80, 96),
            (24, 40),
            ("plane", "suitcase", "bus", "truck", "helicopter", "child"),
        ),
        Place(
            ("the sky above the clouds", "a sea of clouds", "high air above the clouds"),
            ("above the clouds", "high up in the sky", "over a bank of clouds"),
            "sky blue-haze 0 80; clouds haze 60 74 7 34; clouds white 78 96 12 46; clouds white 14 40 2 14",
            (70, 84),
            (40, 80),
            ("plane", "balloon", "helicopter", "balloon", "bird", "gull"),
        ),
    ),
    "kitchen": (
        Place(
            ("a kitchen worktop", "a tiled kitchen", "the kitchen counter"),
            ("on the kitchen counter", "in a tiled kitchen", "on the worktop"),
            "sky cream-haze 0 70; tiles pale 0 70 12 9; rect wood 0 70 100 78; rect bark 0 78 100 79; "
            "rect cream 0 79 100 100; rect slate 46 86 54 88; line pale 1 50 79 50 100; "
            "spot bottle/green 4 20 70 26; line slate 2 30 20 90 20; line slate 2 44 20 44 36; "
            "line slate 2 60 20 60 38; line slate 2 76 20 76 34",
            (72, 78),
            (40, 60),
            ("cup", "teapot", "bottle", "loaf", "apple", "pan"),
        ),
        Place(
            ("a cooking stove", "the stove", "a kitchen cooker"),
            ("on the stove", "at the cooker", "on the hob in the kitchen"),
            "sky haze-pale 0 62; tiles white 0 60 16 12; poly slate 26 0 74 0 84 22 16 22; "
            "rect slate 0 62 100 70; oval black 24 66 13 2; oval black 50 66 11 2; oval black 77 66 13 2; "
            "rect pale 0 70 100 100; oval black 14 76 3 3; oval black 30 76 3 3; oval black 70 76 3 3; "
            "oval black 86 76 3 3; round black 18 83 82 99 3; rect flame 24 88 76 96",
            (64, 70),
            (36, 56),
            ("pan", "teapot", "cake", "bottle", "pan", "cup"),
        ),
        Place(
            ("a breakfast table", "the kitchen table", "a table laid by the window"),
            ("on the breakfast table", "on the kitchen table", "on a table by the window"),
            "sky cream-sand 0 70; rect white 22 6 78 52; rect sky 25 9 48 49; rect glass 52 9 75 49; "
            "poly red 16 2 30 2 22 54 14 54; poly red 70 2 84 2 86 54 78 54; rect white 0 70 100 100; "
            "stripes ice 70 100 12; line pale 1 0 80 100 80; line pale 1 0 90 100 90",
            (76, 94),
            (40, 60),
            ("cup", "apple", "loaf", "cake", "teapot", "bottle"),
        ),
    ),
    "football": (
        Place(
            ("a football pitch", "the football field", "the pitch"),
            ("on the football pitch", "in midfield", "on the playing field"),
            "sky sky-haze 0 30; rect lawn 0 30 100 100; stripes grass 30 100 8; line white 1 0 36 100 36; "
            "line white 1 50 36 50 100; oval white 50 66 26 14; oval lawn 50 66 24.8 13; "
            "line white 1 50 50 50 82; oval white 50 66 1.5 1",
            (60, 95),
            (24, 44),
            ("player", "football", "referee", "flag", "dog", "child"),
        ),
        Place(
            ("the goal mouth", "the penalty area", "the goal"),
            ("in front of the goal", "in the penalty area", "at the goal mouth"),
            "sky sky-haze 0 34; rect lawn 0 34 100 100; stripes grass 34 100 6; "
            "spot goal/white 40 60 66 66; line white 1 0 66 100 66; line white 1 12 66 4 84 96 84 88 66; "
            "oval white 50 78 1.4 1",
            (76, 96),
            (26, 44),
            ("player", "football", "referee", "flag", "dog"),
        ),
        Place(
            ("a crowded stadium", "the stands of a stadium", "a football stadium"),
            ("in a crowded stadium", "below the stands", "in front of the crowd"),
            "sky haze-sky 0 16; rect slate 0 14 100 60; dots red 18 58 110 1.1 1.5; "
            "dots blue 18 58 110 1.1 1.5; dots skin 18 58 90 0.9 1.3; dots white 18 58 70 1 1.4; "
            "line slate 1 0 28 100 28; line slate 1 0 42 100 42; rect white 0 58 100 66; "
            "rect lawn 0 66 100 100; stripes grass 66 100 8; line white 1 0 72 100 72",
            (80, 96),
            (28, 50),
            ("player", "trophy", "football", "drum", "referee", "child"),
        ),
    ),
    "space": (
        Place(
            ("deep space", "outer space", "the starry void"),
            ("in outer space", "among the stars", "in deep space"),
            "sky void-night 0 100; dots navy 10 90 6 8 16; dots white 0 100 80 0.3 0.8; dots lamp 0 100 8 0.8 1.2",
            (60, 84),
            (40, 84),
            ("rocket", "planet", "satellite", "comet", "astronaut", "saucer"),
            light="night",
        ),
        Place(
            ("the surface of the Moon", "a cratered moon", "the lunar ground"),
            ("on the Moon", "above the craters of a moon", "on lunar ground"),
            "sky void-void 0 70; dots white 0 60 46 0.3 0.7; oval blue 76 18 10 10; "
            "blob leaf 72 12 80 14 78 22 70 20; ridge stone 66 4 3; ridge pale 74 3 3; "
            "oval stone 20 84 11 3; oval stone 54 92 13 3; oval stone 82 82 9 2.4; oval stone 44 79 6 1.6",
            (82, 95),
            (42, 84),
            ("astronaut", "rocket", "saucer", "flag", "jeep"),
            light="night",
        ),
        Place(
            ("an orbit above the Earth", "the Earth seen from orbit", "the globe below"),
            ("in orbit around the Earth", "high above the Earth", "over the curve of the globe"),
            "sky void-night 0 100; dots white 0 60 60 0.3 0.7; oval glass 50 128 92 62; "
            "oval blue 50 130 91 61; blob leaf 16 84 34 76 46 84 40 96 22 100; "
            "blob leaf 60 76 78 78 86 92 70 100 62 90; blob white 30 78 52 74 56 78 40 81; "
            "blob white 60 90 84 86 90 92 72 95",
            (50, 74),
            (38, 76),
            ("satellite", "astronaut", "rocket", "saucer", "comet"),
            light="night",
        ),
    ),
}
