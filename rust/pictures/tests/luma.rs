//! Luma and differences against their formula in float64: a picture that keeps its size is the conversion alone.

mod common;

use common::{noise, resized_plane};
use pictures::{Error, Matrix, Picture, Plane, Site, resized};

const SHARES: [[f64; 2]; 3] = [[0.2126, 0.0722], [0.299, 0.114], [0.2627, 0.0593]];
const SITES: [Site; 3] = [Site::First, Site::Between, Site::Second];

/// Chroma of one pixel, interpolated linearly between the values of a line, the outermost ones repeated.
fn between(values: &[f64], pixel: usize, site: Site) -> f64 {
    let halves = match site {
        Site::First => 0,
        Site::Between => 1,
        Site::Second => 2,
    };
    let quarters = 2 * i32::try_from(pixel).expect("it is small") - halves;
    let at = |place: i32| values[usize::try_from(place).unwrap_or(0).min(values.len() - 1)];
    let (place, part) = (quarters.div_euclid(4), f64::from(quarters.rem_euclid(4)) / 4.0);
    at(place) * (1.0 - part) + at(place + 1) * part
}

/// Red, green and blue planes `[height, width]`, not rounded.
fn converted(
    planes: &[Vec<u8>; 3],
    size: (u32, u32),
    [red, blue]: [f64; 2],
    full: bool,
    sites: [Site; 2],
) -> [Vec<f64>; 3] {
    let (width, height) = (size.0 as usize, size.1 as usize);
    let (columns, rows) = (width.div_ceil(2), height.div_ceil(2));
    let (black, light, colour) = if full {
        (0.0, 1.0, 1.0)
    } else {
        (16.0, 255.0 / 219.0, 255.0 / 224.0)
    };
    let mut result = [vec![], vec![], vec![]];
    for y in 0..height {
        let lines: Vec<Vec<f64>> = planes[1..]
            .iter()
            .map(|plane| {
                let column = |x: usize| -> Vec<f64> {
                    (0..rows).map(|row| f64::from(plane[row * columns + x])).collect()
                };
                (0..columns).map(|x| between(&column(x), y, sites[1])).collect()
            })
            .collect();
        for x in 0..width {
            let luma = (f64::from(planes[0][y * width + x]) - black) * light;
            let [of_blue, of_red] =
                [0, 1].map(|place: usize| (between(&lines[place], x, sites[0]) - 128.0) * colour);
            let (r, b) = (
                luma + 2.0 * (1.0 - red) * of_red,
                luma + 2.0 * (1.0 - blue) * of_blue,
            );
            let green = (luma - red * r - blue * b) / (1.0 - red - blue);
            for (plane, value) in result.iter_mut().zip([r, green, b]) {
                plane.push(value.clamp(0.0, 255.0));
            }
        }
    }
    result
}

fn planes_of(size: (u32, u32)) -> [Vec<u8>; 3] {
    let small = size.0.div_ceil(2) * size.1.div_ceil(2);
    [
        noise((size.0 * size.1) as usize, 1),
        noise(small as usize, 2),
        noise(small as usize, 3),
    ]
}

fn picture(
    planes: &[Vec<u8>; 3],
    size: (u32, u32),
    shares: [f64; 2],
    full: bool,
    sites: [Site; 2],
) -> Picture<'_> {
    let columns = [
        size.0 as usize,
        size.0.div_ceil(2) as usize,
        size.0.div_ceil(2) as usize,
    ];
    let plane = |place: usize| Plane {
        values: &planes[place],
        columns: columns[place],
    };
    let matrix = Matrix::new(shares, full).expect("they are shares");
    Picture::luma([plane(0), plane(1), plane(2)], size, matrix, sites).expect("it is one")
}

#[test]
fn every_pixel_is_that_of_the_formula_to_rounding() {
    for size in [(64, 34), (37, 21), (1, 1), (2, 5), (1, 8)] {
        let planes = planes_of(size);
        for (shares, full) in SHARES.into_iter().zip([false, true, false]) {
            for sites in SITES
                .into_iter()
                .flat_map(|across| SITES.map(|down| [across, down]))
            {
                let whole = [0.0, 0.0, f64::from(size.0), f64::from(size.1)];
                let given =
                    resized(&picture(&planes, size, shares, full, sites), whole, size).expect("it fits");
                let exact = converted(&planes, size, shares, full, sites);
                for (channel, plane) in exact.iter().enumerate() {
                    for (&value, exact) in given[channel..].iter().step_by(3).zip(plane) {
                        assert!(
                            (f64::from(value) - exact).abs() < 0.53,
                            "{size:?} {sites:?}: {value} {exact}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn a_part_is_made_of_the_pixels_that_the_whole_has() {
    let size = (53, 37);
    let planes = planes_of(size);
    for sites in SITES.map(|site| [site, site]) {
        let exact = converted(&planes, size, SHARES[0], false, sites);
        for (edges, to) in [
            ([17.25, 3.0, 41.75, 27.5], (9, 8)),
            ([11.0, 5.0, 31.0, 25.0], (20, 20)),
            ([18.5, 1.5, 20.5, 3.5], (7, 7)),
            ([0.0, 0.0, 53.0, 37.0], (5, 4)),
        ] {
            let given =
                resized(&picture(&planes, size, SHARES[0], false, sites), edges, to).expect("it fits");
            for (channel, plane) in exact.iter().enumerate() {
                let rounded: Vec<f64> = plane.iter().map(|value| value.round()).collect();
                let wanted = resized_plane(&rounded, size, edges, to);
                for (&value, wanted) in given[channel..].iter().step_by(3).zip(wanted) {
                    assert!(
                        (f64::from(value) - wanted).abs() < 2.25,
                        "{edges:?} {to:?}: {value} {wanted}"
                    );
                }
            }
        }
    }
}

#[test]
fn shares_and_sites_that_cannot_be_are_refused() {
    for shares in [
        [0.0, 0.1],
        [0.3, -0.1],
        [0.6, 0.4],
        [0.5, 0.49],
        [f64::NAN, 0.1],
        [0.1, f64::INFINITY],
    ] {
        assert!(
            matches!(Matrix::new(shares, true), Err(Error::Matrix(_))),
            "{shares:?}"
        );
    }
    assert_eq!([0, 1, 2].map(Site::halves), SITES.map(Ok));
    assert_eq!(Site::halves(3), Err(Error::Site(3)));
}

#[test]
fn a_plane_of_chroma_that_is_too_small_is_refused_by_its_place() {
    let (large, small) = ([0; 15], [0; 6]);
    let plane = |values, columns| Plane { values, columns };
    let matrix = Matrix::new(SHARES[0], false).expect("they are shares");
    let sites = [Site::First; 2];
    assert!(
        Picture::luma(
            [plane(&large, 5), plane(&small, 3), plane(&small, 3)],
            (5, 3),
            matrix,
            sites
        )
        .is_ok()
    );
    let given = Picture::luma(
        [plane(&large, 5), plane(&small, 3), plane(&small, 2)],
        (5, 3),
        matrix,
        sites,
    );
    let (found, wanted) = ((2, 3), (3, 2));
    assert_eq!(
        given.expect_err("it is none"),
        Error::Plane {
            place: 2,
            found,
            wanted
        }
    );
}
