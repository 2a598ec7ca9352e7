//! The elements of Matroska that matter here (RFC 9559 section 5).

use super::ebml::Id;

pub(super) const EBML: Id = 0x1A45_DFA3;
pub(super) const EBML_VERSION: Id = 0x4286;
pub(super) const EBML_READ_VERSION: Id = 0x42F7;
pub(super) const EBML_MAX_ID_LENGTH: Id = 0x42F2;
pub(super) const EBML_MAX_SIZE_LENGTH: Id = 0x42F3;
pub(super) const DOC_TYPE: Id = 0x4282;
pub(super) const DOC_TYPE_VERSION: Id = 0x4287;
pub(super) const DOC_TYPE_READ_VERSION: Id = 0x4285;

pub(super) const SEGMENT: Id = 0x1853_8067;
pub(super) const VOID: Id = 0xEC;

pub(super) const SEEK_HEAD: Id = 0x114D_9B74;
pub(super) const SEEK: Id = 0x4DBB;
pub(super) const SEEK_ID: Id = 0x53AB;
pub(super) const SEEK_POSITION: Id = 0x53AC;

pub(super) const INFO: Id = 0x1549_A966;
pub(super) const TIMESTAMP_SCALE: Id = 0x2A_D7B1;
pub(super) const DURATION: Id = 0x4489;
pub(super) const MUXING_APP: Id = 0x4D80;
pub(super) const WRITING_APP: Id = 0x5741;

pub(super) const TRACKS: Id = 0x1654_AE6B;
pub(super) const TRACK_ENTRY: Id = 0xAE;
pub(super) const TRACK_NUMBER: Id = 0xD7;
pub(super) const TRACK_TYPE: Id = 0x83;
pub(super) const CODEC_ID: Id = 0x86;
pub(super) const CODEC_PRIVATE: Id = 0x63A2;
pub(super) const DEFAULT_DURATION: Id = 0x23_E383;
pub(super) const CONTENT_ENCODINGS: Id = 0x6D80;

pub(super) const CLUSTER: Id = 0x1F43_B675;
pub(super) const TIMESTAMP: Id = 0xE7;
pub(super) const SIMPLE_BLOCK: Id = 0xA3;
pub(super) const BLOCK_GROUP: Id = 0xA0;
pub(super) const BLOCK: Id = 0xA1;
pub(super) const BLOCK_DURATION: Id = 0x9B;
pub(super) const REFERENCE_BLOCK: Id = 0xFB;

pub(super) const CUES: Id = 0x1C53_BB6B;
pub(super) const CUE_POINT: Id = 0xBB;
pub(super) const CUE_TIME: Id = 0xB3;
pub(super) const CUE_TRACK_POSITIONS: Id = 0xB7;
pub(super) const CUE_TRACK: Id = 0xF7;
pub(super) const CUE_CLUSTER_POSITION: Id = 0xF1;
