"""The places of six themes of open country: sea, forest, farm, snow, desert and garden."""

from platoscope.data.datasets.synthetic.place import Place

OUTDOORS: dict[str, tuple[Place, ...]] = {
    "sea": (
        Place(
            ("the open sea", "the wide ocean", "the sea"),
            ("on the open sea", "out at sea", "on the waves of the ocean"),
            "sky sky-haze 0 42; clouds white 8 26 3 22; sky lake-sea 42 100; waves foam 46 98 34",
            (58, 86),
            (30, 46),
            ("sailboat", "ship", "whale", "gull", "rowing boat"),
        ),
        Place(
            ("a sandy beach", "the beach", "the seaside"),
            ("on a sandy beach", "at the seaside", "on the shore"),
            "sky sky-haze 0 34; clouds white 6 20 2 18; sky lake-sea 34 56; waves foam 38 54 12; "
            "ridge foam 58 3 5; ridge sand 61 3 5; dots dune 66 98 40 0.3 0.7; spot palm/green 4 22 74 52",
            (74, 94),
            (32, 50),
            ("crab", "beach ball", "parasol", "gull", "child", "lighthouse"),
        ),
        Place(
            ("a coral reef", "the underwater world", "the sea bed"),
            ("under the water", "on a coral reef", "at the bottom of the sea"),
            "sky lake-deep 0 100; ridge teal 80 8 5; ridge sand 88 4 4; tufts leaf 84 98 24 22; "
            "tufts pink 86 98 14 10; dots foam 5 80 22 0.5 1.6; spot starfish/orange 10 90 98 12",
            (88, 96),
            (36, 84),
            ("fish", "turtle", "jellyfish", "starfish", "crab", "fish"),
        ),
    ),
    "forest": (
        Place(
            ("a pine forest", "the pine wood", "a wood of firs"),
            ("in a pine forest", "among the fir trees", "deep in the wood"),
            "sky haze-moss 0 60; row pine_tree/green 62 44 9; ridge moss 60 3 4; "
            "row pine_tree/green 76 60 5; ridge pine 78 3 3; tufts moss 80 99 40 5",
            (84, 95),
            (34, 58),
            ("fox", "deer", "owl", "bear", "squirrel", "mushroom"),
        ),
        Place(
            ("a forest clearing", "a glade", "a clearing between the trees"),
            ("in a forest clearing", "in a glade", "where the forest opens"),
            "sky sky-haze 0 55; row tree/green 62 46 8; ridge grass 60 4 4; tufts leaf 64 99 60 5; "
            "dots white 66 98 14 0.6 1; spot tree/green 0 12 84 70; spot tree/green 88 100 86 74",
            (76, 94),
            (30, 54),
            ("deer", "rabbit", "fox", "tent", "bird", "mushroom", "bear"),
        ),
        Place(
            ("a forest lake", "a lake in the woods", "the shore of a woodland lake"),
            ("by a lake in the forest", "at a woodland lake", "beside the forest lake"),
            "sky sky-haze 0 40; peaks slate 42 26 4; row pine_tree/green 48 24 14; sky lake-sea 46 74; "
            "waves foam 50 72 14; ridge moss 76 4 3; tufts leaf 78 99 40 7",
            (82, 95),
            (28, 50),
            ("bear", "deer", "bird", "squirrel", "tent", "fox", "owl"),
        ),
    ),
    "farm": (
        Place(
            ("a wheat field", "a field of ripe wheat", "the grain field"),
            ("in a wheat field", "on a field of ripe grain", "among the wheat"),
            "sky sky-haze 0 46; clouds white 8 24 3 20; ridge leaf 46 6 3; ridge wheat 52 3 3; tufts gold 56 99 190 8",
            (76, 95),
            (26, 44),
            ("tractor", "scarecrow", "horse", "bird", "hen"),
        ),
        Place(
            ("a farmyard", "the yard of a farm", "a yard by the barn"),
            ("in a farmyard", "outside the barn", "on the farm"),
            "sky sky-haze 0 50; ridge grass 50 6 3; spot barn/red 18 34 68 56; "
            "spot tree/green 80 95 64 40; ridge dune 66 2 3; fence white 58 67 9; "
            "dots soil 72 98 26 0.4 0.9",
            (78, 95),
            (24, 40),
            ("cow", "pig", "hen", "tractor", "sheep", "dog", "horse"),
        ),
        Place(
            ("a pasture", "a fenced meadow", "a meadow with a fence"),
            ("in a fenced meadow", "on the pasture", "inside a meadow fence"),
            "sky sky-haze 0 44; ridge leaf 44 9 3; ridge grass 54 4 3; fence wood 54 66 11; "
            "tufts leaf 68 99 80 4; dots yellow 70 98 16 0.5 0.9",
            (76, 95),
            (24, 42),
            ("cow", "sheep", "horse", "pig", "bird", "dog"),
        ),
    ),
    "snow": (
        Place(
            ("a snowy field", "a winter field", "a winter landscape"),
            ("in the snow", "on a snowy field", "in a winter landscape"),
            "sky dusk-haze 0 52; row pine_tree/green 58 30 6; ridge ice 52 5 3; ridge snow 64 4 3; "
            "dots white 0 98 60 0.5 1.2",
            (78, 95),
            (26, 46),
            ("snowman", "sledge", "child", "rabbit", "pine tree", "fox"),
        ),
        Place(
            ("a snowy mountain slope", "the ski slope", "snow-covered mountains"),
            ("on a ski slope", "high in the snowy mountains", "on the mountainside"),
            "sky sky-haze 0 60; peaks slate 66 56 5; poly snow 0 58 100 74 100 100 0 100; "
            "poly ice 0 82 100 92 100 100 0 100; spot pine_tree/green 4 20 76 34; "
            "spot pine_tree/green 80 96 84 40",
            (78, 94),
            (26, 46),
            ("skier", "sledge", "snowman", "polar bear", "helicopter"),
        ),
        Place(
            ("the polar ice", "the ice of the pole", "a frozen sea"),
            ("on the polar ice", "on the frozen sea", "at the pole"),
            "sky sky-ice 0 48; peaks ice 52 22 5; sky sea-deep 50 64; ridge snow 66 4 4; "
            "poly ice 8 84 40 80 60 88 20 92; poly ice 60 92 90 86 98 92 70 98; "
            "poly white 20 58 28 50 40 54 46 60 22 61",
            (76, 94),
            (26, 46),
            ("penguin", "polar bear", "igloo", "sledge", "penguin", "helicopter"),
        ),
    ),
    "desert": (
        Place(
            ("sand dunes", "the dunes of a desert", "a sea of sand"),
            ("between sand dunes", "in the sandy desert", "out in the dunes"),
            "sky sky-dusk 0 54; oval lamp 78 16 8 8; ridge dune 50 14 3; ridge sand 62 10 4; "
            "ridge dune 84 5 3; dots wood 86 99 16 0.3 0.7",
            (78, 95),
            (28, 46),
            ("camel", "snake", "jeep", "pyramid", "tent", "camel"),
        ),
        Place(
            ("a rocky canyon", "the canyon", "rocky country"),
            ("in a rocky canyon", "between steep rocks", "in the canyon"),
            "sky sky-dusk 0 60; poly rust -2 30 18 24 24 66 -2 66; poly brick 24 40 40 36 44 66 20 66; "
            "poly rust 66 34 84 30 88 66 62 66; poly brick 84 18 104 14 104 66 82 66; ridge rust 66 3 3; "
            "ridge dune 74 3 4; dots brick 76 98 20 0.5 1.6; spot cactus/green 36 60 72 26",
            (80, 95),
            (28, 48),
            ("cactus", "jeep", "snake", "motorbike", "horse", "helicopter"),
        ),
        Place(
            ("an oasis", "a palm oasis", "a water hole in the desert"),
            ("at an oasis", "under the palms of an oasis", "by a pool in the desert"),
            "sky sky-dusk 0 52; ridge dune 50 10 3; ridge sand 60 4 3; oval lake 52 72 36 8; "
            "waves foam 68 76 8; spot palm/green 4 16 72 58; spot palm/green 20 34 68 46; "
            "spot palm/green 82 98 74 62; tufts leaf 76 84 26 5",
            (84, 96),
            (30, 48),
            ("camel", "tent", "snake", "bird", "jeep", "horse"),
        ),
    ),
    "garden": (
        Place(
            ("a flower bed", "a bed of flowers", "a garden full of flowers"),
            ("in a flower bed", "among the garden flowers", "over the flower border"),
            "sky sky-haze 0 40; fence white 32 52 7; ridge lawn 50 2 3; row tulip/red 70 24 6; "
            "row sunflower/yellow 76 34 4; row tulip/pink 80 22 7; ridge soil 82 2 3; tufts leaf 82 98 40 8",
            (86, 97),
            (32, 62),
            ("butterfly", "bee", "snail", "tulip", "sunflower", "bird"),
        ),
        Place(
            ("a garden pond", "a pond", "a lily pond"),
            ("by the garden pond", "at a lily pond", "beside the pond"),
            "sky leaf-grass 0 40; dots moss 0 36 60 3 6; ridge grass 38 3 4; oval stone 50 66 48 18; "
            "oval lake 50 66 44 15; oval leaf 26 64 8 3; oval leaf 66 72 9 3; oval leaf 54 58 6 2; "
            "oval pink 68 70 2 2; waves foam 58 74 9; tufts moss 52 60 22 12; tufts leaf 82 99 40 6",
            (82, 95),
            (32, 58),
            ("frog", "bird", "snail", "butterfly", "cat", "watering can"),
        ),
        Place(
            ("a lawn behind a house", "the back garden", "a garden with a cottage"),
            ("on the lawn", "in the back garden", "behind the house"),
            "sky sky-haze 0 46; spot tree/green 78 96 62 48; rect cream 16 26 58 56; "
            "poly brick 10 28 37 8 64 28; rect bark 32 40 42 56; rect glass 20 34 29 44; "
            "rect glass 46 34 55 44; fence wood 48 58 8; ridge lawn 56 2 2; stripes grass 58 100 9; "
            "tufts leaf 60 99 40 4",
            (74, 95),
            (28, 52),
            ("cat", "dog", "watering can", "butterfly", "bird", "child", "sunflower"),
        ),
    ),
}
