//! The crate, driven by bytes of any kind: the bodies of the fuzz targets in `fuzz/`, which take
//! the files of this module as they are. They panic where a promise is broken.

mod decode;
mod paths;

pub(crate) use decode::decode;
pub(crate) use paths::paths;
