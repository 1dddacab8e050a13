fn main() {
    let from: u64 = std::env::args().nth(1).unwrap().parse().unwrap();
    let n: u64 = std::env::args().nth(2).unwrap().parse().unwrap();
    let begin = std::time::Instant::now();
    let mut made = 0; let mut unanswered = 0; let mut bad = 0;
    for seed in from..from + n {
        let h = proof::history::run(seed, None).unwrap();
        made += h.renames_made; unanswered += h.unanswered;
        if let Some(v) = h.violation { bad += 1; println!("{seed} {v}"); if bad == 1 { println!("{}", h.trace.join("\n")); } }
    }
    println!("{made} {unanswered} {bad} {:?}", begin.elapsed());
}
