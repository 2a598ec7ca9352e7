//! Joins the parts of a recording: `join OUT PART...`, and says where each lies.

use std::env;
use std::error::Error;
use std::fs::File;
use std::io::Read;
use std::time::Instant;

use housecall_recording::{Part, join, sniff};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let mut out = File::create(arguments.next().ok_or("Usage: join OUT PART...")?)?;
    let names: Vec<String> = arguments.collect();
    let mut first = [0; 8];
    File::open(names.first().ok_or("Usage: join OUT PART...")?)?.read_exact(&mut first)?;
    let container = sniff(&first).ok_or("the first part is neither WebM nor MP4")?;
    let parts = names.iter().map(|name| Ok(Part { media: File::open(name)?, most: None }));
    let parts = parts.collect::<std::io::Result<Vec<_>>>()?;

    let started = Instant::now();
    let joined = join(container, parts, &mut out)?;
    let seconds = started.elapsed().as_secs_f64();
    for (name, placed) in names.iter().zip(&joined.parts) {
        println!("{name}: {:?} from {:?}", placed.length, placed.start);
    }
    let megabytes = joined.bytes as f64 / 1e6;
    println!("{:?}, {megabytes:.1} MB, {:.0} MB/s", joined.duration, megabytes / seconds);
    Ok(())
}
