//! Three nodes over one store, with everything that can go wrong, in every order.

use std::fmt;

use flight::{Action, End, Event, Holder, Phase, Pilot, Row, SEND_LEASE, Time};
use stateright::{Checker as _, Model, Property};

/// What the provider answers to who comes first, and to who brings a token that was taken before.
const TOKENS: u8 = 1;
const OVER: u8 = 2;
/// Why a request failed.
const TROUBLE: u8 = 3;

/// Nodes that all want the tokens of one connection.
struct Nodes {
    count: usize,
    /// How much may go wrong: crashes, pauses, a store that fails, requests that do not get through.
    troubles: u8,
    /// Leases run out only while their holder is dead or stopped. Otherwise at any moment: a clock
    /// that jumps, a machine that stands still.
    honest: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Sky {
    row: Option<Row<u8>>,
    /// The session ended.
    ended: bool,
    /// What landed first.
    landed: Option<u8>,
    nodes: Vec<Node>,
    /// The fences that sent, in order.
    sends: Vec<u64>,
    /// The provider took the refresh token.
    taken: bool,
    /// How much went wrong.
    troubles: u8,
    /// A claim was taken over.
    taken_over: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Node {
    pilot: Pilot<u8>,
    next: Next,
    /// Leases that have passed by its clock.
    leases: u32,
    stopped: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Next {
    Do(Action<u8>),
    /// It sent, and this is what the provider said.
    Hear(u8),
    Crashed,
    Ended(End<u8>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    /// A node does what it wants to do.
    Act(usize),
    /// It does, and the store fails before.
    FailBefore(usize),
    /// It does, and the store's word for it is lost.
    FailAfter(usize),
    /// A request is answered.
    Answer(usize),
    /// A request did not get through, or its answer did not.
    LoseAnswer(usize),
    Crash(usize),
    Stop(usize),
    Resume(usize),
    /// A lease passes by a node's clock.
    Wait(usize),
    EndSession,
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Act(node) => write!(f, "{node} acts"),
            Self::FailBefore(node) => write!(f, "{node} acts, and the store fails"),
            Self::FailAfter(node) => write!(f, "{node} acts, and does not hear of it"),
            Self::Answer(node) => write!(f, "{node} is answered"),
            Self::LoseAnswer(node) => write!(f, "{node} loses the answer"),
            Self::Crash(node) => write!(f, "{node} crashes"),
            Self::Stop(node) => write!(f, "{node} stops"),
            Self::Resume(node) => write!(f, "{node} goes on"),
            Self::Wait(node) => write!(f, "{node} waits for a lease"),
            Self::EndSession => f.write_str("the session ends"),
        }
    }
}

impl Sky {
    fn time(&self, node: usize) -> Time {
        Time {
            elapsed: SEND_LEASE * self.nodes[node].leases,
            now: 0,
        }
    }

    fn tell(&mut self, node: usize, event: Event<u8>) {
        let time = self.time(node);
        let action = self.nodes[node].pilot.next(event, time);
        self.nodes[node].next = match action {
            Action::End(end) => Next::Ended(end),
            action => Next::Do(action),
        };
    }

    /// The store does what it is asked, and says what came of it.
    fn perform(&mut self, action: Action<u8>) -> Event<u8> {
        match action {
            _ if self.ended => Event::Gone,
            Action::Look => Event::Found(self.row.clone()),
            Action::Insert(row) if self.row.is_none() => self.write(row),
            Action::Swap { from, to }
                if self.row.as_ref().map(Row::stamp) == Some(from.clone()) =>
            {
                self.taken_over |= from.holder != to.holder;
                self.write(to)
            }
            _ => Event::Refused,
        }
    }

    fn write(&mut self, row: Row<u8>) -> Event<u8> {
        if let Phase::Landed(result) = row.phase {
            self.landed.get_or_insert(result);
        }
        self.row = Some(row);
        Event::Written
    }

    /// Whether who holds the row cannot move it now.
    fn holder_is_still(&self) -> bool {
        self.row.as_ref().is_some_and(|row| {
            self.nodes.iter().enumerate().any(|(index, node)| {
                row.holder == name(index) && (node.stopped || node.next == Next::Crashed)
            })
        })
    }
}

fn name(node: usize) -> Holder {
    Holder::new(node.to_string())
}

impl Model for Nodes {
    type State = Sky;
    type Action = Step;

    fn init_states(&self) -> Vec<Sky> {
        let nodes = (0..self.count)
            .map(|node| {
                let mut pilot = Pilot::new(name(node));
                let action = pilot.next(Event::Go, Time::default());
                Node {
                    pilot,
                    next: Next::Do(action),
                    leases: 0,
                    stopped: false,
                }
            })
            .collect();
        vec![Sky {
            row: None,
            ended: false,
            landed: None,
            nodes,
            sends: Vec::new(),
            taken: false,
            troubles: 0,
            taken_over: false,
        }]
    }

    fn actions(&self, sky: &Sky, steps: &mut Vec<Step>) {
        let trouble = sky.troubles < self.troubles;
        for (index, node) in sky.nodes.iter().enumerate() {
            if node.stopped {
                steps.push(Step::Resume(index));
                continue;
            }
            match &node.next {
                Next::Do(action) => {
                    steps.push(Step::Act(index));
                    let asks_the_store = matches!(
                        action,
                        Action::Look | Action::Insert(_) | Action::Swap { .. }
                    );
                    if trouble && asks_the_store {
                        steps.extend([Step::FailBefore(index), Step::FailAfter(index)]);
                    }
                }
                Next::Hear(_) => {
                    steps.push(Step::Answer(index));
                    if trouble {
                        steps.push(Step::LoseAnswer(index));
                    }
                }
                Next::Crashed | Next::Ended(_) => continue,
            }
            if trouble {
                steps.extend([Step::Crash(index), Step::Stop(index)]);
            }
            // Time matters to who waits; to anybody where clocks cannot be trusted.
            let may_wait = if self.honest {
                node.next == Next::Do(Action::Pause) && sky.holder_is_still()
            } else {
                true
            };
            // Three are more than anybody's patience.
            let leases = if self.honest { 3 } else { 2 };
            if node.leases < leases && may_wait {
                steps.push(Step::Wait(index));
            }
        }
        if trouble && !sky.ended {
            steps.push(Step::EndSession);
        }
    }

    fn next_state(&self, before: &Sky, step: Step) -> Option<Sky> {
        let mut sky = before.clone();
        match step {
            Step::Act(node) => match before.nodes[node].next.clone() {
                Next::Do(Action::Pause) => sky.tell(node, Event::Go),
                Next::Do(Action::Send { fence }) => {
                    sky.sends.push(fence);
                    // It rotates, and ends the connection when it sees a token again.
                    let said = if sky.taken { OVER } else { TOKENS };
                    sky.taken = true;
                    sky.nodes[node].next = Next::Hear(said);
                }
                Next::Do(action) => {
                    let event = sky.perform(action);
                    sky.tell(node, event);
                }
                _ => return None,
            },
            Step::FailBefore(node) => {
                sky.troubles += 1;
                sky.tell(node, Event::Unknown);
            }
            Step::FailAfter(node) => {
                sky.troubles += 1;
                let Next::Do(action) = before.nodes[node].next.clone() else {
                    return None;
                };
                sky.perform(action);
                sky.tell(node, Event::Unknown);
            }
            Step::Answer(node) => {
                let Next::Hear(said) = before.nodes[node].next else {
                    return None;
                };
                sky.tell(node, Event::Answered(Phase::Landed(said)));
            }
            Step::LoseAnswer(node) => {
                sky.troubles += 1;
                let failed = Phase::Failed {
                    result: TROUBLE,
                    retry_at: 0,
                };
                sky.tell(node, Event::Answered(failed));
            }
            Step::Crash(node) => {
                sky.troubles += 1;
                sky.nodes[node].next = Next::Crashed;
            }
            Step::Stop(node) => {
                sky.troubles += 1;
                sky.nodes[node].stopped = true;
            }
            Step::Resume(node) => sky.nodes[node].stopped = false,
            Step::Wait(node) => sky.nodes[node].leases += 1,
            Step::EndSession => {
                sky.troubles += 1;
                sky.ended = true;
                sky.row = None;
            }
        }
        Some(sky)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("one fence sends once", |_, sky: &Sky| {
                sky.sends
                    .iter()
                    .all(|fence| sky.sends.iter().filter(|other| *other == fence).count() == 1)
            }),
            Property::always("what landed stays", |_, sky: &Sky| {
                let stored = match sky.row.as_ref().map(|row| &row.phase) {
                    Some(Phase::Landed(result)) => Some(*result),
                    _ => None,
                };
                sky.ended || stored == sky.landed
            }),
            Property::always(
                "who ends with a result ends with the stored one",
                |_, sky: &Sky| {
                    sky.nodes.iter().all(|node| match node.next {
                        Next::Ended(End::Landed(result)) => sky.landed == Some(result),
                        _ => true,
                    })
                },
            ),
            Property::always("nothing is stored for what ended", |_, sky: &Sky| {
                !sky.ended || sky.row.is_none()
            }),
            Property::always(
                "a second request has a reason",
                |nodes: &Self, sky: &Sky| {
                    !nodes.honest || sky.sends.len() <= 1 + usize::from(sky.troubles)
                },
            ),
            Property::always(
                "without trouble all get the tokens",
                |nodes: &Self, sky: &Sky| {
                    let fine = |node: &Node| match &node.next {
                        Next::Ended(end) => *end == End::Landed(TOKENS),
                        _ => true,
                    };
                    !nodes.honest || sky.troubles > 0 || sky.nodes.iter().all(fine)
                },
            ),
            Property::eventually("everybody ends", |_, sky: &Sky| {
                sky.nodes
                    .iter()
                    .all(|node| matches!(node.next, Next::Ended(_) | Next::Crashed))
            }),
            Property::sometimes("a claim is taken over", |_, sky: &Sky| sky.taken_over),
            Property::sometimes("tokens land", |_, sky: &Sky| sky.landed == Some(TOKENS)),
            Property::sometimes(
                "a result is refused, for it is the older",
                |_, sky: &Sky| sky.landed == Some(OVER),
            ),
        ]
    }
}

fn check(nodes: Nodes) {
    // Without a bound in time or number: every state there is.
    let checker = nodes.checker().threads(2).spawn_bfs().join();
    checker.assert_properties();
    // A model that gets nowhere proves nothing.
    assert!(checker.unique_state_count() > 50_000);
}

#[test]
fn three_nodes_of_which_one_fails() {
    check(Nodes {
        count: 3,
        troubles: 1,
        honest: true,
    });
}

#[test]
fn two_nodes_that_fail_three_times() {
    check(Nodes {
        count: 2,
        troubles: 3,
        honest: true,
    });
}

#[test]
fn two_nodes_whose_clocks_cannot_be_trusted() {
    check(Nodes {
        count: 2,
        troubles: 1,
        honest: false,
    });
}
