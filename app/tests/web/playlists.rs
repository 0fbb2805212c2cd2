//! The lines of a playlist and what is done to them, and the list of playlists.

use app::pages::playlist::items::Items;
use app::pages::playlist::open::Open;
use app::pages::playlists::Playlists;
use leptos_router::components::Router;
use web_sys::Element;

use super::*;

const PLAYLIST: &str = "37i9dQZF1DXcBWIGoYBM5M";

/// An item of a playlist as the Web API tells of one.
fn item(number: usize) -> String {
    format!(
        r#"{{"item":{{"type":"track","id":"{number:022}","name":"Track {number}","uri":"spotify:track:{number:022}"}}}}"#
    )
}

/// A page of `total` items, which says that there is another where there are more.
fn page(numbers: std::ops::Range<usize>, total: usize) -> String {
    let next = if numbers.end < total {
        r#""there""#
    } else {
        "null"
    };
    let items: Vec<_> = numbers.map(item).collect();
    let items = items.join(",");
    format!(r#"{{"items":[{items}],"total":{total},"limit":50,"offset":0,"next":{next}}}"#)
}

fn playlist(first_page: &str) -> String {
    format!(
        r#"{{"id":"{PLAYLIST}","name":"Mine","snapshot_id":"s","owner":{{"id":"ada"}},"items":{first_page}}}"#
    )
}

/// The lines of a playlist with this first page, and the ways to change them.
fn lines_of(first_page: &str) -> Shown<impl Mountable + use<>> {
    let playlist = serde_json::from_str(&playlist(first_page)).unwrap();
    let (shown, _) = with_shelf(connected(&["edit-playlists"]), move || {
        let open = Open::new(use_session(), playlist);
        let yes = Signal::derive(|| true);
        view! { <Items open mine=yes editing=yes /> }
    });
    shown
}

fn tracks(numbers: impl IntoIterator<Item = usize>) -> Vec<String> {
    let name = |number| format!("Track {number}");
    numbers.into_iter().map(name).collect()
}

fn rows<M: Mountable>(shown: &Shown<M>) -> Vec<Element> {
    let all = shown.place.get_elements_by_class_name("row");
    (0..all.length()).filter_map(|at| all.item(at)).collect()
}

fn focused_label() -> Option<String> {
    document().active_element()?.get_attribute("aria-label")
}

#[wasm_bindgen_test]
async fn page_that_comes_leaves_every_line_where_it_is() {
    answer_in_turn(&[page(100..150, 160), page(150..160, 160)]);
    let shown = lines_of(&page(0..100, 160));
    turn().await;
    let before = rows(&shown);
    assert_eq!(before.len(), 100);
    button(&shown, "Show more").unwrap().click();
    button(&shown, "Move Track 7 up").unwrap().focus().unwrap();
    until(|| rows(&shown).len() == 150).await;
    button(&shown, "Show more").unwrap().click();
    until(|| rows(&shown).len() == 160).await;
    assert_eq!(names(&shown), tracks(0..160));
    assert_eq!(rows(&shown)[..100], before, "the same elements");
    assert_eq!(focused_label().as_deref(), Some("Move Track 7 up"));
    // One list, whatever it is drawn in: between it and a line stands nothing that has a role.
    let list = shown.find("[role=list]").unwrap();
    for row in rows(&shown) {
        assert_eq!(row.get_attribute("role").as_deref(), Some("listitem"));
        let between = row.parent_element().unwrap();
        assert_eq!(between.get_attribute("role").as_deref(), Some("none"));
        assert!(between.parent_element().as_ref() == Some(&*list));
    }
    until(|| button(&shown, "Show more").is_none()).await;
}

#[wasm_bindgen_test]
async fn line_is_moved_from_one_stretch_to_the_next_with_the_focus_on_its_button() {
    answer_with(&json_answer(200, r#"{"snapshot_id":"t"}"#));
    let shown = lines_of(&page(0..60, 60));
    turn().await;
    let down = "Move Track 49 down";
    button(&shown, down).unwrap().click();
    until(|| focused_label().as_deref() == Some(down)).await;
    assert!(shown.text().contains("Track 49 is number 51 of 60 now."));
    assert_eq!(names(&shown), tracks((0..49).chain([50, 49]).chain(51..60)));
    until(|| calls() == 1).await;
    for _ in 0..5 {
        turn().await;
    }
    button(&shown, "Move Track 49 up").unwrap().click();
    until(|| calls() == 2).await;
    assert_eq!(names(&shown), tracks(0..60));
}

#[wasm_bindgen_test]
async fn move_that_is_refused_is_taken_back_and_told() {
    let refusal = r#"{"code":"forbidden","message":"x"}"#;
    let now = playlist(&page(0..3, 3));
    answer_with(&format!(
        "const refused = window.calls.length === 1; \
         const body = refused ? '{refusal}' : '{now}'; \
         return Promise.resolve(new Response(body, {{ status: refused ? 403 : 200, \
         headers: {{ 'content-type': 'application/json' }} }}));"
    ));
    let shown = lines_of(&page(0..3, 3));
    turn().await;
    button(&shown, "Move Track 0 down").unwrap().click();
    until(|| shown.text().contains("It was not moved.")).await;
    assert_eq!(names(&shown), tracks(0..3));
    assert_eq!(calls(), 2, "tried once, and read anew");
}

#[wasm_bindgen_test]
async fn ends_of_the_list_are_told_and_nothing_is_sent() {
    answer_with("return new Promise(() => {});");
    let shown = lines_of(&page(0..2, 2));
    turn().await;
    button(&shown, "Move Track 0 up").unwrap().click();
    until(|| shown.text().contains("Track 0 is the first already.")).await;
    button(&shown, "Move Track 1 down").unwrap().click();
    until(|| shown.text().contains("Track 1 is the last already.")).await;
    assert_eq!(calls(), 0);
}

#[wasm_bindgen_test]
async fn line_that_was_taken_out_is_put_back_by_one_press() {
    answer_with(&json_answer(200, r#"{"snapshot_id":"t"}"#));
    let shown = lines_of(&page(0..3, 3));
    turn().await;
    button(&shown, "Remove Track 1").unwrap().click();
    until(|| shown.text().contains("Track 1 is out of the playlist.")).await;
    assert_eq!(names(&shown), tracks([0, 2]));
    // Whoever works by the keyboard stands on the next one.
    until(|| focused_label().as_deref() == Some("Remove Track 2")).await;
    button(&shown, "Put it back").unwrap().click();
    until(|| shown.text().contains("It is back at its place.")).await;
    assert_eq!(names(&shown), tracks(0..3));
    until(|| focused_label().as_deref() == Some("Remove Track 1")).await;
    assert_eq!(calls(), 2);
}

#[wasm_bindgen_test]
async fn line_that_takes_others_along_is_asked_about_first() {
    answer_with(&json_answer(200, r#"{"snapshot_id":"t"}"#));
    let twice = format!(
        r#"{{"items":[{0},{1},{0}],"total":3,"next":null}}"#,
        item(0),
        item(1)
    );
    let shown = lines_of(&twice);
    turn().await;
    button(&shown, "Remove Track 0").unwrap().click();
    until(|| shown.text().contains("It stands in this playlist 2 times.")).await;
    assert_eq!(calls(), 0);
    button(&shown, "Not now").unwrap().click();
    until(|| focused_label().as_deref() == Some("Remove Track 0")).await;
    assert_eq!(names(&shown), tracks([0, 1, 0]));
    button(&shown, "Remove Track 0").unwrap().click();
    until(|| button(&shown, "Remove all of them").is_some()).await;
    button(&shown, "Remove all of them").unwrap().click();
    until(|| shown.text().contains("is out of the playlist, 2 times.")).await;
    assert_eq!(names(&shown), tracks([1]));
}

#[wasm_bindgen_test]
async fn playlists_are_listed_with_a_way_to_each_and_to_a_new_one() {
    answer_in_turn(&[format!(
        r#"{{"items":[{{"id":"{PLAYLIST}","name":"{name}","owner":{{"id":"ada","display_name":"Ada"}},"items":{{"total":3}}}}],"total":1,"next":null}}"#,
        name = "Mix & <b>match</b>"
    )]);
    let (shown, _) = with_shelf(connected(&["playlists"]), || {
        leptos_meta::provide_meta_context();
        view! { <Router><Playlists /></Router> }
    });
    until(|| shown.text().contains("1 playlist, yours or followed.")).await;
    assert_eq!(names(&shown), ["Mix & <b>match</b>"]);
    assert!(shown.text().contains("By Ada\u{a0}· 3 items"));
    let way = shown.find("a.thing").unwrap();
    let address = format!("/playlists/{PLAYLIST}");
    assert_eq!(way.get_attribute("href"), Some(address));
    assert!(shown.find("a[href='/playlists?new']").is_some());
}

#[wasm_bindgen_test]
async fn playlists_are_not_asked_for_before_they_are_allowed() {
    answer_with("return new Promise(() => {});");
    let (shown, _) = with_shelf(connected(&["top"]), || {
        leptos_meta::provide_meta_context();
        view! { <Router><Playlists /></Router> }
    });
    until(|| button(&shown, "Allow it at Spotify").is_some()).await;
    assert_eq!(calls(), 0);
}
