//! The few HTTP/2 frames that APNs sends at will: SETTINGS with a stream limit, GOAWAY with a reason (RFC 9113).

/// Bytes of a frame's head.
pub(super) const HEAD_BYTES: usize = 9;
/// Bytes that a client sends before its first frame.
pub(super) const PREFACE_BYTES: usize = 24;

const TYPE_SETTINGS: u8 = 0x4;
const TYPE_GOAWAY: u8 = 0x7;
const FLAG_ACK: u8 = 0x1;
const SETTING_BYTES: usize = 6;
const SETTING_MAX_CONCURRENT_STREAMS: [u8; 2] = [0, 3];

/// Length of a frame's payload, from its head.
pub(super) const fn payload_bytes(head: &[u8; HEAD_BYTES]) -> usize {
    (head[0] as usize) << 16 | (head[1] as usize) << 8 | head[2] as usize
}

/// Whether a frame's head is that of a SETTINGS acknowledgement.
pub(super) const fn is_settings_ack(head: &[u8; HEAD_BYTES]) -> bool {
    head[3] == TYPE_SETTINGS && head[4] & FLAG_ACK != 0 && payload_bytes(head) == 0
}

/// A SETTINGS frame that announces a stream limit.
pub(super) fn stream_limit(limit: u32) -> Vec<u8> {
    let mut frame = vec![0, 0, SETTING_BYTES as u8, TYPE_SETTINGS, 0, 0, 0, 0, 0];
    frame.extend_from_slice(&SETTING_MAX_CONCURRENT_STREAMS);
    frame.extend_from_slice(&limit.to_be_bytes());
    frame
}

/// A GOAWAY frame without error, with a reason in JSON.
pub(super) fn goaway(last_stream: u32, reason: &str) -> Vec<u8> {
    let debug = serde_json::json!({ "reason": reason }).to_string();
    let length = u32::try_from(8 + debug.len()).unwrap_or(u32::MAX).to_be_bytes();
    let mut frame = vec![length[1], length[2], length[3], TYPE_GOAWAY, 0, 0, 0, 0, 0];
    frame.extend_from_slice(&last_stream.to_be_bytes());
    frame.extend_from_slice(&[0; 4]);
    frame.extend_from_slice(debug.as_bytes());
    frame
}

/// Puts a stream limit into a SETTINGS frame that has one.
pub(super) fn patch_stream_limit(frame: &mut [u8], limit: u32) {
    let settings = frame.get_mut(HEAD_BYTES..).unwrap_or_default();
    for setting in settings.chunks_exact_mut(SETTING_BYTES) {
        if setting[..2] == SETTING_MAX_CONCURRENT_STREAMS {
            setting[2..].copy_from_slice(&limit.to_be_bytes());
        }
    }
}

/// Follows a stream of frames to know where each ends.
#[derive(Debug, Default)]
pub(super) struct Follower {
    head: [u8; HEAD_BYTES],
    head_seen: usize,
    payload_left: usize,
}

impl Follower {
    /// Whether the last byte seen was the last of a frame.
    pub(super) const fn at_boundary(&self) -> bool {
        self.head_seen == 0 && self.payload_left == 0
    }

    /// How many of the bytes to come end the present frame, as far as they show it.
    pub(super) fn to_boundary(&self, bytes: &[u8]) -> usize {
        if self.payload_left > 0 {
            return self.payload_left.min(bytes.len());
        }
        let missing = HEAD_BYTES - self.head_seen;
        if bytes.len() < missing {
            return bytes.len();
        }
        let mut head = self.head;
        head[self.head_seen..].copy_from_slice(&bytes[..missing]);
        (missing + payload_bytes(&head)).min(bytes.len())
    }

    /// Takes note of bytes that have passed.
    pub(super) fn pass(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if self.payload_left > 0 {
                let passed = self.payload_left.min(bytes.len());
                self.payload_left -= passed;
                bytes = &bytes[passed..];
                continue;
            }
            let taken = (HEAD_BYTES - self.head_seen).min(bytes.len());
            self.head[self.head_seen..self.head_seen + taken].copy_from_slice(&bytes[..taken]);
            self.head_seen += taken;
            bytes = &bytes[taken..];
            if self.head_seen == HEAD_BYTES {
                self.payload_left = payload_bytes(&self.head);
                self.head_seen = 0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_follower_finds_boundaries_however_the_bytes_are_cut() {
        let stream = [stream_limit(7), goaway(5, "Shutdown"), stream_limit(1)].concat();
        for cut in 1..stream.len() {
            let mut follower = Follower::default();
            let mut boundaries = 0;
            let mut rest = &stream[..];
            while !rest.is_empty() {
                let step = follower.to_boundary(rest).min(cut);
                follower.pass(&rest[..step]);
                rest = &rest[step..];
                boundaries += usize::from(follower.at_boundary());
            }
            assert_eq!(boundaries, 3, "cut at {cut}");
        }
    }

    #[test]
    fn a_limit_is_put_in_the_place_of_another() {
        let mut frame = stream_limit(1000);
        patch_stream_limit(&mut frame, 1);
        assert_eq!(frame, stream_limit(1));
    }
}
