//! Turns a position as devices report it (WGS84 latitude and longitude) into the British National Grid.
//!
//! One Helmert transformation for the whole country leads to the datum OSGB36; the transverse Mercator projection of the Airy 1830
//! ellipsoid follows. The result is within 5 m of the official transformation, which is closer than a phone knows its place.

/// A position on an ellipsoid, in degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Position {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
}

/// A position on the British National Grid, in metres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    /// Metres east of the grid's false origin.
    pub easting: f64,
    /// Metres north of it.
    pub northing: f64,
}

/// What must be said beside a grid reference.
pub const ACCURACY: &str = "within 5 m of where the device reported itself";

struct Ellipsoid {
    a: f64,
    b: f64,
}

const WGS84: Ellipsoid = Ellipsoid { a: 6_378_137.0, b: 6_356_752.314_2 };
const AIRY: Ellipsoid = Ellipsoid { a: 6_377_563.396, b: 6_356_256.909 };

/// The scale on the central meridian of the National Grid.
const F0: f64 = 0.999_601_271_7;
/// The latitude of its true origin.
const LAT0: f64 = 49.0;
/// The longitude of its true origin.
const LON0: f64 = -2.0;
/// The easting of its true origin.
const E0: f64 = 400_000.0;
/// The northing of its true origin.
const N0: f64 = -100_000.0;

/// A Helmert transformation: metres, parts per million, seconds of arc.
struct Helmert {
    shift: [f64; 3],
    scale: f64,
    turn: [f64; 3],
}

const TO_OSGB36: Helmert =
    Helmert { shift: [-446.448, 125.157, -542.060], scale: 20.4894, turn: [-0.1502, -0.2470, -0.8421] };

fn cartesian(position: Position, on: &Ellipsoid) -> [f64; 3] {
    let (lat, lon) = (position.latitude.to_radians(), position.longitude.to_radians());
    let e2 = 1.0 - (on.b * on.b) / (on.a * on.a);
    let nu = on.a / (1.0 - e2 * lat.sin().powi(2)).sqrt();
    [nu * lat.cos() * lon.cos(), nu * lat.cos() * lon.sin(), (1.0 - e2) * nu * lat.sin()]
}

fn on_ellipsoid([x, y, z]: [f64; 3], on: &Ellipsoid) -> Position {
    let e2 = 1.0 - (on.b * on.b) / (on.a * on.a);
    let p = x.hypot(y);
    let mut lat = z.atan2(p * (1.0 - e2));
    for _ in 0..10 {
        let nu = on.a / (1.0 - e2 * lat.sin().powi(2)).sqrt();
        lat = (z + e2 * nu * lat.sin()).atan2(p);
    }
    Position { latitude: lat.to_degrees(), longitude: y.atan2(x).to_degrees() }
}

fn transformed([x, y, z]: [f64; 3], by: &Helmert) -> [f64; 3] {
    let seconds = |turn: f64| (turn / 3600.0).to_radians();
    let [rx, ry, rz] = by.turn.map(seconds);
    let s = 1.0 + by.scale * 1e-6;
    let [tx, ty, tz] = by.shift;
    [tx + s * x - rz * y + ry * z, ty + rz * x + s * y - rx * z, tz - ry * x + rx * y + s * z]
}

/// Returns the length of the meridian from the true origin to a latitude, scaled.
fn meridian(lat: f64) -> f64 {
    let n = (AIRY.a - AIRY.b) / (AIRY.a + AIRY.b);
    let (n2, n3, lat0) = (n * n, n * n * n, LAT0.to_radians());
    let (less, sum) = (lat - lat0, lat + lat0);
    AIRY.b
        * F0
        * ((1.0 + n + 1.25 * n2 + 1.25 * n3) * less
            - (3.0 * n + 3.0 * n2 + 2.625 * n3) * less.sin() * sum.cos()
            + (1.875 * n2 + 1.875 * n3) * (2.0 * less).sin() * (2.0 * sum).cos()
            - 35.0 / 24.0 * n3 * (3.0 * less).sin() * (3.0 * sum).cos())
}

/// The radii of curvature at a latitude, scaled: across the meridian, along it, and eta squared.
struct Radii {
    nu: f64,
    rho: f64,
    eta2: f64,
}

fn radii(lat: f64) -> Radii {
    let e2 = 1.0 - (AIRY.b * AIRY.b) / (AIRY.a * AIRY.a);
    let w = 1.0 - e2 * lat.sin().powi(2);
    let (nu, rho) = (AIRY.a * F0 / w.sqrt(), AIRY.a * F0 * (1.0 - e2) / w.powf(1.5));
    Radii { nu, rho, eta2: nu / rho - 1.0 }
}

/// Projects a position on the Airy ellipsoid (datum OSGB36) to the grid.
fn project(position: Position) -> Grid {
    let (lat, p) = (position.latitude.to_radians(), (position.longitude - LON0).to_radians());
    let Radii { nu, rho, eta2 } = radii(lat);
    let (sin, cos, tan2) = (lat.sin(), lat.cos(), lat.tan().powi(2));
    let (cos3, cos5) = (cos.powi(3), cos.powi(5));
    let i = meridian(lat) + N0;
    let ii = nu / 2.0 * sin * cos;
    let iii = nu / 24.0 * sin * cos3 * (5.0 - tan2 + 9.0 * eta2);
    let iii_a = nu / 720.0 * sin * cos5 * (61.0 - 58.0 * tan2 + tan2 * tan2);
    let iv = nu * cos;
    let v = nu / 6.0 * cos3 * (nu / rho - tan2);
    let vi = nu / 120.0 * cos5 * (5.0 - 18.0 * tan2 + tan2 * tan2 + 14.0 * eta2 - 58.0 * tan2 * eta2);
    Grid {
        northing: i + ii * p.powi(2) + iii * p.powi(4) + iii_a * p.powi(6),
        easting: E0 + iv * p + v * p.powi(3) + vi * p.powi(5),
    }
}

/// Says roughly whether a position is in Great Britain, its islands or the waters near them.
fn in_great_britain(at: Position) -> bool {
    let (north, east) = (at.latitude, at.longitude);
    let on_the_grid = (49.8..=60.95).contains(&north) && (-8.7..=1.8).contains(&east);
    let ireland =
        (51.3..55.25).contains(&north) && east < -5.4 || (55.25..55.45).contains(&north) && east < -6.0;
    let france = north < 50.5 && east > -3.0 || north < 51.05 && east > 1.45;
    on_the_grid && !ireland && !france
}

/// Returns where a position is on the British National Grid; `None` outside Great Britain, and for what is no position.
#[must_use]
pub fn grid_of(at: Position) -> Option<Grid> {
    if !at.latitude.is_finite() || !at.longitude.is_finite() || !in_great_britain(at) {
        return None;
    }
    let there = project(on_ellipsoid(transformed(cartesian(at, &WGS84), &TO_OSGB36), &AIRY));
    let on_it = (0.0..700_000.0).contains(&there.easting) && (0.0..1_300_000.0).contains(&there.northing);
    on_it.then_some(there)
}

impl Grid {
    /// Writes the grid reference to ten metres, such as `TG 5140 1317`, as it is used on the radio: the figures are cut off, as the
    /// grid's rules ask, and not rounded.
    #[must_use]
    pub fn reference(&self) -> String {
        let within = |metres: f64, most: i64| -> i64 {
            // Bounded before: a grid of seven by thirteen squares of 100 km.
            let tens = (metres / 10.0).floor().max(0.0);
            format!("{tens:.0}").parse::<i64>().unwrap_or_default().min(most)
        };
        let (east, north) = (within(self.easting, 69_999), within(self.northing, 129_999));
        let (square_east, square_north) = (east / 10_000, north / 10_000);
        let first = (19 - square_north) - (19 - square_north) % 5 + (square_east + 10) / 5;
        let second = (19 - square_north) * 5 % 25 + square_east % 5;
        format!("{}{} {:04} {:04}", letter(first), letter(second), east % 10_000, north % 10_000)
    }
}

/// Returns the letter of a square, A to Z without I.
fn letter(place: i64) -> char {
    let place = usize::try_from(place).unwrap_or_default();
    "ABCDEFGHJKLMNOPQRSTUVWXYZ".chars().nth(place).unwrap_or('?')
}

#[cfg(test)]
mod tests;
