//! Lists that are drawn in stretches.

use app::paged::Paged;
use web_sys::Element;

use super::*;

/// A list of artists, and a button that reads it anew.
fn artists() -> impl IntoView {
    let paged: Paged = use_paged(|cursor| Request::followed_artists(cursor.after(), 50));
    view! {
        <button type="button" on:click=move |_| paged.read_anew()>"Anew"</button>
        <PagedList paged look=Look::Tiles />
    }
}

fn tiles<M: Mountable>(shown: &Shown<M>) -> Vec<Element> {
    let all = shown.place.get_elements_by_class_name("tile");
    (0..all.length()).filter_map(|at| all.item(at)).collect()
}

/// How many tiles each stretch has, and whether it is whole.
fn stretches<M: Mountable>(shown: &Shown<M>) -> Vec<(u32, bool)> {
    let all = shown.place.get_elements_by_class_name("stretch");
    let all = (0..all.length()).filter_map(|at| all.item(at));
    all.map(|stretch| {
        let tiles = stretch.get_elements_by_class_name("tile").length();
        (tiles, stretch.class_name().contains("whole"))
    })
    .collect()
}

fn numbered(numbers: std::ops::Range<usize>) -> Vec<String> {
    numbers.map(|number| format!("Artist {number}")).collect()
}

#[wasm_bindgen_test]
async fn page_fills_the_last_stretch_before_it_opens_another() {
    answer_in_turn(&[
        followed(0..50, Some("b")),
        followed(50..100, Some("c")),
        followed(100..120, None),
    ]);
    let (shown, _) = with_shelf(connected(&[]), artists);
    // The end of a list that is not seen asks for nothing by itself.
    shown.place.set_hidden(true);
    until(|| tiles(&shown).len() == 50).await;
    assert_eq!(stretches(&shown), [(50, false)]);
    let first = tiles(&shown);
    for (count, expected) in [
        (100, [(60, true), (40, false)]),
        (120, [(60, true), (60, true)]),
    ] {
        until(|| button(&shown, "Show more").is_some()).await;
        button(&shown, "Show more").unwrap().click();
        until(|| tiles(&shown).len() == count).await;
        assert_eq!(stretches(&shown), expected);
        assert_eq!(names(&shown), numbered(0..count));
        assert_eq!(tiles(&shown)[..50], first, "the same elements");
    }
    let list = shown.find("[role=list]").unwrap();
    for tile in tiles(&shown) {
        assert_eq!(tile.get_attribute("role").as_deref(), Some("listitem"));
        let between = tile.parent_element().unwrap();
        assert_eq!(between.get_attribute("role").as_deref(), Some("none"));
        assert!(between.parent_element().as_ref() == Some(&*list));
    }
}

#[wasm_bindgen_test]
async fn keyboard_stands_before_what_came_when_the_button_goes() {
    answer_in_turn(&[followed(0..50, Some("b")), followed(50..100, None)]);
    let (shown, _) = with_shelf(connected(&[]), artists);
    // Far below the window: what is not shown at all takes no focus.
    let far = "position: absolute; top: 20000px";
    shown.place.set_attribute("style", far).unwrap();
    until(|| button(&shown, "Show more").is_some()).await;
    let pressed = button(&shown, "Show more").unwrap();
    pressed.focus().unwrap();
    pressed.click();
    until(|| tiles(&shown).len() == 100).await;
    assert!(!pressed.is_connected());
    let held = document().active_element().expect("an element");
    let before = &tiles(&shown)[49];
    assert!(
        before.contains(Some(&held)),
        "the next key would pass by what came"
    );
}

#[wasm_bindgen_test]
async fn list_that_is_read_anew_shows_nothing_of_before() {
    answer_in_turn(&[followed(0..3, None), followed(2..70, None)]);
    let (shown, _) = with_shelf(connected(&[]), artists);
    until(|| tiles(&shown).len() == 3).await;
    button(&shown, "Anew").unwrap().click();
    until(|| tiles(&shown).len() == 68).await;
    assert_eq!(names(&shown), numbered(2..70));
    assert_eq!(stretches(&shown), [(60, true), (8, false)]);
}

#[wasm_bindgen_test]
async fn whoever_is_listed_is_asked_about_once() {
    let pages = [followed(0..2, Some("b")), followed(2..4, None)];
    let pages = serde_json::to_string(&pages).unwrap();
    answer_with(&format!(
        "const about = decodeURIComponent(request.url).split('spotify:artist:').length - 1; \
         if (about) window.about += about; else window.pages += 1; \
         const body = about ? JSON.stringify(Array(about).fill(true)) : {pages}[window.pages - 1]; \
         return Promise.resolve(new Response(body, \
         {{ status: 200, headers: {{ 'content-type': 'application/json' }} }}));"
    ));
    for counter in ["about", "pages"] {
        Reflect::set(&window(), &counter.into(), &0.into()).unwrap();
    }
    let (shown, _) = with_shelf(connected(&["following"]), artists);
    until(|| tiles(&shown).len() == 4).await;
    let following = |number: usize| format!("Following Artist {number}, press to stop");
    until(|| (0..4).all(|number| button(&shown, &following(number)).is_some())).await;
    let about = Reflect::get(&window(), &"about".into()).unwrap();
    assert_eq!(about.as_f64(), Some(4.0));
}

/// The list of artists, and a button that leaves its page and comes back to it.
fn left_and_found() -> impl IntoView {
    let is_here = RwSignal::new(true);
    view! {
        <button type="button" on:click=move |_| is_here.update(|here| *here = !*here)>"Turn"</button>
        {move || is_here.get().then(artists)}
    }
}

/// Shows a list of which two pages were read, turns away from it, and does `meanwhile`.
async fn left(meanwhile: impl FnOnce(Session)) -> Shown<impl Mountable> {
    answer_in_turn(&[
        followed(0..50, Some("b")),
        followed(50..100, None),
        followed(7..10, None),
    ]);
    let (shown, session) = with_shelf(connected(&[]), left_and_found);
    shown.place.set_hidden(true);
    until(|| button(&shown, "Show more").is_some()).await;
    button(&shown, "Show more").unwrap().click();
    until(|| tiles(&shown).len() == 100).await;
    button(&shown, "Turn").unwrap().click();
    until(|| tiles(&shown).is_empty()).await;
    meanwhile(session);
    turn().await;
    button(&shown, "Turn").unwrap().click();
    shown
}

#[wasm_bindgen_test]
async fn list_is_found_as_it_was_left() {
    let shown = left(|_| {}).await;
    until(|| tiles(&shown).len() == 100).await;
    assert_eq!(names(&shown), numbered(0..100));
    assert!(
        button(&shown, "Show more").is_none(),
        "it was read to its end"
    );
    assert_eq!(calls(), 2);
}

#[wasm_bindgen_test]
async fn list_at_another_entry_of_the_history_is_read_anew() {
    let shown = left(|_| {
        let other = js_sys::Object::new();
        Reflect::set(&other, &"stagedoorEntry".into(), &0.5.into()).unwrap();
        let history = window().history().unwrap();
        history.replace_state(&other, "").unwrap();
    })
    .await;
    until(|| tiles(&shown).len() == 3).await;
    assert_eq!(names(&shown), numbered(7..10));
    assert_eq!(calls(), 3);
}

#[wasm_bindgen_test]
async fn list_of_one_person_is_not_found_by_the_next() {
    let shown = left(|session| {
        session.put(SessionView {
            account: signed_in_as("a2", "Bo").account,
            ..connected(&[])
        });
    })
    .await;
    until(|| tiles(&shown).len() == 3).await;
    assert_eq!(names(&shown), numbered(7..10));
    assert_eq!(calls(), 3);
}

#[wasm_bindgen_test]
async fn list_that_stood_while_somebody_else_came_is_not_left_for_them() {
    answer_in_turn(&[followed(0..50, None), followed(7..10, None)]);
    let (shown, session) = with_shelf(connected(&[]), left_and_found);
    until(|| tiles(&shown).len() == 50).await;
    session.put(SessionView {
        account: signed_in_as("a2", "Bo").account,
        ..connected(&[])
    });
    turn().await;
    button(&shown, "Turn").unwrap().click();
    until(|| tiles(&shown).is_empty()).await;
    button(&shown, "Turn").unwrap().click();
    until(|| tiles(&shown).len() == 3).await;
    assert_eq!(names(&shown), numbered(7..10));
}
