//! Events in and out.

use neuropil_mechanism::contract::Emission;

use crate::world::{World, built_in, close, from_text, value};

#[test]
fn resources_of_a_depressing_synapse_follow_the_closed_form() {
    let mechanism = built_in("tm_syn");
    let mut world = World::at(&[-65.0], &mechanism);
    let mut x = world.place(&mechanism);
    for (name, number) in [("tau", 3.0), ("tau_rec", 800.0), ("tau_facil", 0.0), ("use", 0.5)] {
        x.set(name, number).unwrap();
    }
    world.initialize(&mut x);
    let mut connection = [0.001, 9.0, 9.0, 9.0, 9.0];
    x.open_connection(0, &mut connection, &mut world.around()).unwrap();
    assert_eq!(connection, [0.001, 0.0, 0.0, 0.0, 0.0]);
    world.event(&mut x, 0.0, 0.0, &mut connection);
    close(value(&x, "g"), 0.0005, 1e-15);
    world.event(&mut x, 50.0, 0.0, &mut connection);
    // resources recovered after 50 ms: y and z decayed from y = 0.5, z = 0
    let (fast, slow) = ((-50.0f64 / 3.0).exp(), (-50.0f64 / 800.0).exp());
    let z = 0.5 * (fast - slow) / (3.0 / 800.0 - 1.0);
    let free = 1.0 - 0.5 * fast - z;
    close(value(&x, "g"), 0.0005 + 0.001 * 0.5 * free, 1e-14);
}

#[test]
fn self_events_and_spikes_are_asked_for_only_where_their_condition_holds() {
    let mechanism = from_text(
        "NEURON { POINT_PROCESS p RANGE n, width } PARAMETER { width = 2 (ms) } ASSIGNED { n }
         INITIAL { n = 0 net_send(1, 7) }
         NET_RECEIVE(w, count) {
             if (flag == 0) { count = count + 1 if (w > 0) { net_send(width, count) } }
             else if (flag == 7) { n = n + 100 }
             else { n = n + flag net_event(t + 0.5) }
         }",
    );
    let mut world = World::at(&[-65.0], &mechanism);
    let mut x = world.place(&mechanism);
    let mut start = Vec::new();
    x.initialize(&mut world.around(), &mut start).unwrap();
    assert_eq!(start, [Emission::ToSelf { instance: 0, t_ms: 1.0, flag: 7.0 }]);
    let mut connection = [1.0, 2.0];
    let asked = world.event(&mut x, 4.0, 0.0, &mut connection);
    assert_eq!(asked, [Emission::ToSelf { instance: 0, t_ms: 6.0, flag: 3.0 }]);
    assert_eq!(connection, [1.0, 3.0]);
    assert!(world.event(&mut x, 4.0, 0.0, &mut [0.0, 0.0]).is_empty());
    let asked = world.event(&mut x, 6.0, 3.0, &mut connection);
    assert_eq!(asked, [Emission::Spike { instance: 0, t_ms: 6.5 }]);
    assert_eq!(value(&x, "n"), 3.0);
}
