//! The crate that resizes gives the same bytes by every instruction set that this machine has.
#![allow(unsafe_code)] // choosing an instruction set by hand is

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x4;
use fast_image_resize::{CpuExtensions, FilterType, ResizeAlg, ResizeOptions, Resizer};

#[cfg(target_arch = "x86_64")]
const ALL: [CpuExtensions; 3] = [CpuExtensions::None, CpuExtensions::Sse4_1, CpuExtensions::Avx2];
#[cfg(target_arch = "aarch64")]
const ALL: [CpuExtensions; 2] = [CpuExtensions::None, CpuExtensions::Neon];
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
const ALL: [CpuExtensions; 1] = [CpuExtensions::None];

#[test]
fn every_instruction_set_gives_the_same_bytes() {
    for ((width, height), edges, to) in [
        ((97, 61), [0.0, 0.0, 97.0, 61.0], (29, 23)),
        ((97, 61), [13.25, 0.5, 60.0, 47.25], (32, 32)),
        ((33, 18), [1.5, 0.0, 30.5, 18.0], (71, 50)),
        ((611, 7), [0.0, 0.0, 611.0, 7.0], (5, 7)),
        ((7, 611), [0.0, 0.0, 7.0, 611.0], (9, 4)),
    ] {
        let pixels: Vec<U8x4> = (1..=u32::try_from(width * height).expect("it is small"))
            .map(|place| U8x4::new(place.wrapping_mul(2_654_435_761).rotate_left(9).to_le_bytes()))
            .collect();
        let side = |length| u32::try_from(length).expect("it is small");
        let large = TypedImageRef::new(side(width), side(height), &pixels).expect("it fits");
        let options = ResizeOptions::new()
            .resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom))
            .use_alpha(false)
            .crop(edges[0], edges[1], edges[2] - edges[0], edges[3] - edges[1]);
        let by = |extensions: CpuExtensions| {
            let mut resizer = Resizer::new();
            // SAFETY: the machine has it.
            unsafe { resizer.set_cpu_extensions(extensions) };
            let mut small = TypedImage::<U8x4>::new(to.0, to.1);
            resizer
                .resize_typed(&large, &mut small, &options)
                .expect("it fits");
            small.pixels().to_vec()
        };
        for extensions in ALL.into_iter().filter(CpuExtensions::is_supported) {
            assert_eq!(by(extensions), by(CpuExtensions::None), "{extensions:?} {to:?}");
        }
    }
}
