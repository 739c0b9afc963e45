//! Spoiling inputs: the same ones for the same seed, so that a failure of one run is a failure of the next.
//!
//! Blind changes of bytes rarely get past the first length. So half of the changes know a little of what they change:
//! ASN.1 elements, lines, markup, runs of digits, and the words of the format.

/// A small generator of numbers (xorshift64*, Marsaglia and Vigna). Good for choosing, for nothing else.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// Starts at a seed; the name keeps targets from walking in step.
    #[must_use]
    pub fn new(seed: u64, name: &str) -> Self {
        let mixed = name.bytes().fold(seed ^ 0x9e37_79b9_7f4a_7c15, |sum, byte| {
            (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Self(mixed | 1)
    }

    /// Returns the next number.
    pub const fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// Returns a number below `end`; 0 if there is none.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() >> 16).unwrap_or_default().checked_rem(end).unwrap_or_default()
    }

    /// Returns one of these; `None` if there are none.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }

    /// Returns a part of so many bytes, 64 at most and mostly short.
    fn part(&mut self, length: usize) -> std::ops::Range<usize> {
        let start = self.below(length);
        let most = [1, 4, 16, 64].get(self.below(4)).copied().unwrap_or(1);
        start..start.saturating_add(1 + self.below(most)).min(length)
    }
}

/// Numbers at the edges of types, as decimal text.
const EDGES: [&str; 12] = [
    "0",
    "-1",
    "255",
    "65536",
    "2147483648",
    "4294967296",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "1e999",
];
/// Bytes at the edges of types and encodings.
const BYTES: [u8; 16] =
    [0x00, 0x01, 0x7f, 0x80, 0x81, 0x82, 0x84, 0x88, 0xff, 0xfe, 0x30, 0x24, 0xa0, 0x1f, b'\n', b'"'];

/// Makes corrupted inputs out of good ones.
#[derive(Debug)]
pub struct Mutator<'a> {
    random: Random,
    seeds: &'a [Vec<u8>],
    words: &'a [&'static str],
    limit: usize,
}

impl<'a> Mutator<'a> {
    /// Makes a mutator whose inputs have at most `limit` bytes.
    #[must_use]
    pub const fn new(random: Random, seeds: &'a [Vec<u8>], words: &'a [&'static str], limit: usize) -> Self {
        Self { random, seeds, words, limit }
    }

    /// Returns one change to one of the seeds, or up to six: the more, the less is left that is still taken.
    pub fn spoilt(&mut self) -> Vec<u8> {
        let mut bytes = self.random.pick(self.seeds).cloned().unwrap_or_default();
        let more = if self.random.below(2) == 0 { 0 } else { self.random.below(6) };
        for _ in 0..=more {
            self.change(&mut bytes);
        }
        bytes.truncate(self.limit);
        bytes
    }

    /// Returns a seed with one of its parts, or a word, repeated until the input is as long as it may be: what takes more than
    /// its share of time or memory shows here.
    pub fn swollen(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = self.random.pick(self.seeds).cloned().unwrap_or_default();
        let part = match self.random.pick(self.words) {
            Some(word) if self.random.below(2) == 0 => word.as_bytes().to_vec(),
            _ => self.some_part(&bytes),
        };
        let part = if part.is_empty() { bytes.clone() } else { part };
        let at = self.random.below(bytes.len() + 1);
        let room = length.min(self.limit).saturating_sub(bytes.len());
        let filling: Vec<u8> = part.iter().copied().cycle().take(room).collect();
        bytes.splice(at..at, filling);
        bytes.truncate(self.limit);
        bytes
    }

    fn change(&mut self, bytes: &mut Vec<u8>) {
        let range = self.random.part(bytes.len());
        match self.random.below(15) {
            0 | 1 => self.flip(bytes),
            2 => self.set(bytes),
            3 => bytes.truncate(range.start),
            4 => drop(bytes.drain(range)),
            5 => self.repeat(bytes, range),
            6 => self.splice(bytes),
            7 => self.nudge(bytes),
            8 => self.extreme(bytes),
            9 => self.word(bytes, range.start..range.start),
            10 => self.word(bytes, range),
            11 => self.digits(bytes),
            12 => self.line(bytes),
            _ => self.element(bytes),
        }
    }

    fn flip(&mut self, bytes: &mut [u8]) {
        let at = self.random.below(bytes.len());
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= 1 << self.random.below(8);
        }
    }

    fn set(&mut self, bytes: &mut [u8]) {
        let at = self.random.below(bytes.len());
        if let (Some(byte), Some(edge)) = (bytes.get_mut(at), self.random.pick(&BYTES)) {
            *byte = *edge;
        }
    }

    /// Changes a length by a little.
    fn nudge(&mut self, bytes: &mut [u8]) {
        let at = self.random.below(bytes.len());
        if let Some(byte) = bytes.get_mut(at) {
            let by = u8::try_from(1 + self.random.below(4)).unwrap_or(1);
            *byte = if self.random.below(2) == 0 { byte.wrapping_add(by) } else { byte.wrapping_sub(by) };
        }
    }

    /// Writes two, four or eight bytes of a number at the edge of its type, in either order.
    fn extreme(&mut self, bytes: &mut [u8]) {
        let width = [2, 4, 8].get(self.random.below(3)).copied().unwrap_or(2);
        let at = self.random.below(bytes.len());
        let Some(place) = bytes.get_mut(at..at + width) else { return };
        let (first, others) = [(0x7f, 0xff), (0x80, 0), (0xff, 0xff), (0, 0), (0xff, 0xfe)]
            .get(self.random.below(5))
            .copied()
            .unwrap_or_default();
        place.fill(others);
        let end = if self.random.below(2) == 0 { place.first_mut() } else { place.last_mut() };
        if let Some(end) = end {
            *end = first;
        }
    }

    fn repeat(&mut self, bytes: &mut Vec<u8>, range: std::ops::Range<usize>) {
        let times = [1, 2, 30, 300].get(self.random.below(4)).copied().unwrap_or(1);
        let part = bytes.get(range.clone()).unwrap_or_default().repeat(times);
        bytes.splice(range.end..range.end, part);
    }

    /// Joins the beginning of this input and the end of another.
    fn splice(&mut self, bytes: &mut Vec<u8>) {
        bytes.truncate(self.random.below(bytes.len() + 1));
        let Some(other) = self.random.pick(self.seeds) else { return };
        let from = self.random.below(other.len());
        bytes.extend_from_slice(other.get(from..).unwrap_or_default());
    }

    fn word(&mut self, bytes: &mut Vec<u8>, instead_of: std::ops::Range<usize>) {
        if let Some(word) = self.random.pick(self.words) {
            bytes.splice(instead_of, word.bytes());
        }
    }

    /// Replaces a run of digits by another number.
    fn digits(&mut self, bytes: &mut Vec<u8>) {
        let from = self.random.below(bytes.len());
        let is_digit = |byte: &u8| byte.is_ascii_digit();
        let Some(start) = bytes.iter().skip(from).position(is_digit).map(|at| at + from) else { return };
        let length = bytes.iter().skip(start).take_while(|byte| is_digit(byte)).count();
        if let Some(edge) = self.random.pick(&EDGES) {
            bytes.splice(start..start + length, edge.bytes());
        }
    }

    /// Repeats, drops or moves a line or a piece of markup.
    fn line(&mut self, bytes: &mut Vec<u8>) {
        let mark = if bytes.contains(&b'\n') { b'\n' } else { b'>' };
        let mut lines: Vec<Vec<u8>> =
            bytes.split_inclusive(|byte| *byte == mark).map(<[u8]>::to_vec).collect();
        let (at, to) = (self.random.below(lines.len()), self.random.below(lines.len()));
        let Some(line) = lines.get(at).cloned() else { return };
        match self.random.below(4) {
            0 => drop(lines.remove(at)),
            1 => lines.swap(at, to),
            _ => lines.insert(to, line),
        }
        *bytes = lines.concat();
    }

    /// Repeats, drops or empties an ASN.1 element, or gives it a length that never ends.
    fn element(&mut self, bytes: &mut Vec<u8>) {
        let Some((range, header)) = self.some_element(bytes) else { return };
        match self.random.below(4) {
            0 => drop(bytes.drain(range)),
            1 => {
                let part = bytes.get(range.clone()).unwrap_or_default().to_vec();
                bytes.splice(range.end..range.end, part);
            }
            2 => drop(bytes.drain(range.start + header..range.end)),
            _ => {
                bytes.splice(range.end..range.end, [0, 0]);
                bytes.splice(range.start + 1..range.start + header, [0x80]);
            }
        }
    }

    /// Finds an element: its place, and how long its tag and length are.
    fn some_element(&mut self, bytes: &[u8]) -> Option<(std::ops::Range<usize>, usize)> {
        for _ in 0..16 {
            let start = self.random.below(bytes.len());
            let element = bytes.get(start..)?;
            let (header, length) = match (element.get(1), element.get(2), element.get(3)) {
                (Some(0x81), Some(length), _) => (3, usize::from(*length)),
                (Some(0x82), Some(high), Some(low)) => (4, usize::from(*high) << 8 | usize::from(*low)),
                (Some(length @ 0..=0x7f), _, _) => (2, usize::from(*length)),
                _ => continue,
            };
            let known = element.first().is_some_and(|tag| (1..0x20).contains(&(tag & 0x1f)));
            if known && header + length <= element.len() {
                return Some((start..start + header + length, header));
            }
        }
        None
    }

    fn some_part(&mut self, bytes: &[u8]) -> Vec<u8> {
        match self.random.below(3) {
            0 => bytes
                .split_inclusive(|byte| *byte == b'\n')
                .nth(self.random.below(8))
                .unwrap_or_default()
                .to_vec(),
            1 => {
                self.some_element(bytes).and_then(|(range, _)| bytes.get(range)).unwrap_or_default().to_vec()
            }
            _ => bytes.get(self.random.part(bytes.len())).unwrap_or_default().to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_spoils_in_the_same_way() {
        let seeds = [b"one 12 two\nthree".to_vec(), vec![0x30, 3, 2, 1, 7]];
        let run = |seed, name| {
            let mut mutator = Mutator::new(Random::new(seed, name), &seeds, &["word"], 100);
            (0..500).map(|_| mutator.spoilt()).collect::<Vec<_>>()
        };
        assert_eq!(run(1, "a"), run(1, "a"));
        assert_ne!(run(1, "a"), run(2, "a"));
        assert_ne!(run(1, "a"), run(1, "b"));
        let made: std::collections::BTreeSet<_> = run(1, "a").into_iter().collect();
        assert!(made.len() > 300, "only {} different inputs", made.len());
        assert!(made.iter().all(|bytes| bytes.len() <= 100));
    }

    #[test]
    fn swollen_inputs_are_as_long_as_asked() {
        let seeds = [b"a line\nanother\n".to_vec()];
        let mut mutator = Mutator::new(Random::new(1, "a"), &seeds, &["word"], 1000);
        let full = (0..50).filter(|_| mutator.swollen(5000).len() == 1000).count();
        assert!(full > 30, "only {full} of 50");
    }

    #[test]
    fn nothing_at_all_can_be_spoilt_too() {
        let mut mutator = Mutator::new(Random::new(1, "a"), &[], &[], 10);
        for _ in 0..200 {
            assert!(mutator.spoilt().len() <= 10);
            assert_eq!(mutator.swollen(10), b"");
        }
    }
}
