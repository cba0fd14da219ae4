//! The same key, the same answer, logged once.

use crate::place::{Place, on_all};
use crate::row::{answer, entry, keyed, timestamp};
use prediction_log::{Entry, KeyedAnswer, Logged};
use time::{Duration, OffsetDateTime};

on_all!(
    the_first_answer_under_a_key_stays,
    of_many_at_once_from_two_instances_one_is_logged,
    an_answer_of_yesterday_no_longer_holds,
);

async fn the_first_answer_under_a_key_stays(place: Place) {
    let (store, writer) = place.open().await;
    let first = keyed("a", "first");
    let expected = first.keyed.clone().unwrap();
    assert_eq!(store.answered("a").await.unwrap(), None);
    assert_eq!(store.log(first).await.unwrap(), Logged::Written);
    assert_eq!(store.log(keyed("a", "second")).await.unwrap(), Logged::Answered(expected.clone()));
    assert_eq!(store.log(keyed("b", "other")).await.unwrap(), Logged::Written);
    assert_eq!(store.answered("a").await.unwrap(), Some(expected));
    assert_eq!((place.count("prediction_logs").await, place.count("keyed_answers").await), (2, 2));
    writer.finish().await;
}

async fn of_many_at_once_from_two_instances_one_is_logged(place: Place) {
    let (one, first_writer) = place.open().await;
    let (two, second_writer) = place.open().await;
    let all = (0..60).map(|i| {
        let store = if i % 2 == 0 { &one } else { &two };
        // Several keys in different orders, which must not end in a circle of waiting.
        let key = format!("key {}", if i % 4 < 2 { i % 3 } else { 2 - i % 3 });
        async move { (key.clone(), store.log(keyed(&key, &i.to_string())).await.unwrap()) }
    });
    let fates = futures_util::future::join_all(all).await;
    for key in ["key 0", "key 1", "key 2"] {
        let of_key: Vec<_> = fates.iter().filter(|(of, _)| of == key).map(|(_, fate)| fate).collect();
        assert_eq!(of_key.iter().filter(|fate| ***fate == Logged::Written).count(), 1);
        let bodies: std::collections::HashSet<_> = of_key
            .iter()
            .filter_map(|fate| match fate {
                Logged::Answered(answer) => Some(answer.body.clone()),
                _ => None,
            })
            .collect();
        assert_eq!(bodies.len(), 1, "all others hear the first answer");
    }
    assert_eq!(place.count("prediction_logs").await, 3);
    first_writer.finish().await;
    second_writer.finish().await;
}

async fn an_answer_of_yesterday_no_longer_holds(place: Place) {
    let (store, writer) = place.open().await;
    let created_at = timestamp(OffsetDateTime::now_utc() - Duration::hours(25));
    let old = Entry { keyed: Some(KeyedAnswer { created_at, ..answer("a", "old") }), ..entry() };
    store.log(old).await.unwrap();
    assert_eq!(store.answered("a").await.unwrap(), None);
    assert_eq!(store.log(keyed("a", "new")).await.unwrap(), Logged::Written);
    assert_eq!(store.answered("a").await.unwrap().unwrap().body, b"new");
    writer.finish().await;
}
