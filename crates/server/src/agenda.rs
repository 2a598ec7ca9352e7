//! What happens by itself: deadlines of rooms, and the question how good
//! connections are.

use std::time::Duration;

use housecall_core::{Actor, Command, Timestamp};

use crate::house::House;

/// How long to wait before a deadline that could not be recorded is tried
/// again.
const RETRY: Duration = Duration::from_secs(1);

/// Fires deadlines for ever.
pub(crate) async fn keep(house: House) {
    loop {
        wait_for_next(&house).await;
        let mut failed = false;
        for room in house.rooms.agenda().due(house.now()) {
            let asked = house.ask(&room, &Actor::House, vec![Command::Elapse]).await;
            if let Err(problem) = asked {
                tracing::warn!(%room, code = problem.code, "A deadline could not be recorded");
                failed = true;
            }
        }
        if failed {
            tokio::time::sleep(RETRY).await;
        }
    }
}

async fn wait_for_next(house: &House) {
    loop {
        let next = house.rooms.agenda().next();
        tokio::select! {
            () = due(house, next) => return,
            () = house.rooms.agenda().changed() => {}
        }
    }
}

async fn due(house: &House, next: Option<Timestamp>) {
    match next {
        Some(moment) => house.clock.until(moment).await,
        None => std::future::pending().await,
    }
}

/// Asks for quality for ever.
pub(crate) async fn watch_quality(house: House) {
    let mut ticks = tokio::time::interval(house.config.calls.quality_period());
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    ticks.tick().await;
    loop {
        ticks.tick().await;
        house.request_quality();
    }
}

/// Brings back every room that was not over when the process ended. Nobody is
/// connected to it now, so everybody in it has the grace time to come back.
pub(crate) async fn restore(house: &House) -> anyhow::Result<usize> {
    let open = house.store.open_rooms().await?;
    for id in &open {
        let Some(entries) = house.store.load(id).await? else { continue };
        let room = housecall_core::Room::fold(id.clone(), house.config.rules(), &entries);
        let named = room.participants().map(|(user, _)| user.clone()).collect();
        house.directory.look_up(&house.store, named).await?;
        house.rooms.restore(room);
        let restarted = house.ask(id, &Actor::House, vec![Command::Restart]).await;
        restarted.map_err(|problem| anyhow::anyhow!("{}", problem.message))?;
    }
    Ok(open.len())
}
