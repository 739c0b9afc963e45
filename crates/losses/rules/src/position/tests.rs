use proptest::prelude::*;

use super::*;

/// The inverse projection, which only the tests need: from the grid to the Airy ellipsoid.
fn unproject(grid: Grid) -> Position {
    let (e, n) = (grid.easting - E0, grid.northing - N0);
    let mut lat = LAT0.to_radians() + n / (AIRY.a * F0);
    for _ in 0..20 {
        lat += (n - meridian(lat)) / (AIRY.a * F0);
    }
    let Radii { nu, rho, eta2 } = radii(lat);
    let (tan, sec) = (lat.tan(), 1.0 / lat.cos());
    let (t2, t4, t6) = (tan.powi(2), tan.powi(4), tan.powi(6));
    let vii = tan / (2.0 * rho * nu);
    let viii = tan / (24.0 * rho * nu.powi(3)) * (5.0 + 3.0 * t2 + eta2 - 9.0 * t2 * eta2);
    let ix = tan / (720.0 * rho * nu.powi(5)) * (61.0 + 90.0 * t2 + 45.0 * t4);
    let x = sec / nu;
    let xi = sec / (6.0 * nu.powi(3)) * (nu / rho + 2.0 * t2);
    let xii = sec / (120.0 * nu.powi(5)) * (5.0 + 28.0 * t2 + 24.0 * t4);
    let xii_a = sec / (5040.0 * nu.powi(7)) * (61.0 + 662.0 * t2 + 1320.0 * t4 + 720.0 * t6);
    Position {
        latitude: (lat - vii * e.powi(2) + viii * e.powi(4) - ix * e.powi(6)).to_degrees(),
        longitude: LON0 + (x * e - xi * e.powi(3) + xii * e.powi(5) - xii_a * e.powi(7)).to_degrees(),
    }
}

fn degrees(d: f64, m: f64, s: f64) -> f64 {
    d + m / 60.0 + s / 3600.0
}

/// The worked example of the Ordnance Survey's guide to coordinate systems, annexe C: a point on the Airy ellipsoid.
#[test]
fn the_worked_example_of_the_projection_comes_out_to_the_millimetre() {
    let caister = Position { latitude: degrees(52.0, 39.0, 27.2531), longitude: degrees(1.0, 43.0, 4.5177) };
    let grid = project(caister);
    assert!((grid.easting - 651_409.903).abs() < 0.001, "{grid:?}");
    assert!((grid.northing - 313_177.270).abs() < 0.001, "{grid:?}");
    assert_eq!(grid.reference(), "TG 5140 1317");
}

/// The same water tower in WGS84 is 52° 39' 28.72" N, 1° 42' 57.79" E.
#[test]
fn the_whole_way_is_within_five_metres() {
    let at = Position { latitude: degrees(52.0, 39.0, 28.72), longitude: degrees(1.0, 42.0, 57.79) };
    let grid = grid_of(at).unwrap();
    assert!((grid.easting - 651_409.9).hypot(grid.northing - 313_177.3) < 5.0, "{grid:?}");
}

#[test]
fn squares_have_their_letters() {
    let named = |easting, northing| Grid { easting, northing }.reference();
    assert_eq!(named(216_650.0, 771_250.0), "NN 1665 7125", "Ben Nevis");
    assert_eq!(named(530_000.0, 180_000.0), "TQ 3000 8000", "London");
    assert_eq!(named(0.0, 0.0), "SV 0000 0000");
    assert_eq!(named(450_000.0, 1_180_000.0), "HU 5000 8000", "Shetland");
    assert_eq!(named(623_000.0, 308_000.0), "TG 2300 0800", "Norwich");
}

#[test]
fn outside_great_britain_there_is_no_grid_reference() {
    for (latitude, longitude, place) in [
        (48.85, 2.35, "Paris"),
        (53.35, -6.26, "Dublin"),
        (54.6, -5.93, "Belfast"),
        (50.95, 1.85, "Calais"),
        (49.64, -1.62, "Cherbourg"),
        (0.0, 0.0, "nowhere"),
        (f64::NAN, 1.0, "no number"),
        (52.0, f64::INFINITY, "no number"),
    ] {
        assert_eq!(grid_of(Position { latitude, longitude }), None, "{place}");
    }
    for (latitude, longitude, place) in [
        (52.63, 1.30, "Norwich"),
        (52.06, 1.16, "Ipswich"),
        (49.96, -5.20, "the Lizard"),
        (51.13, 1.31, "Dover"),
        (55.68, -6.25, "Islay"),
        (60.15, -1.14, "Lerwick"),
        (54.87, -5.02, "Stranraer"),
    ] {
        assert!(grid_of(Position { latitude, longitude }).is_some(), "{place}");
    }
}

proptest! {
    #[test]
    fn the_inverse_leads_back(latitude in 50.0_f64..60.5, longitude in -7.5_f64..1.8) {
        let airy = Position { latitude, longitude };
        let back = unproject(project(airy));
        prop_assert!((back.latitude - latitude).abs() < 1e-6, "{back:?}");
        prop_assert!((back.longitude - longitude).abs() < 1e-6, "{back:?}");
    }

    #[test]
    fn any_numbers_have_an_answer(latitude in any::<f64>(), longitude in any::<f64>()) {
        if let Some(grid) = grid_of(Position { latitude, longitude }) {
            prop_assert_eq!(grid.reference().len(), 12);
        }
    }
}
