//! A node that is gone.

use crate::browser::ME;
use crate::cluster;
use crate::load::Load;

#[tokio::test]
async fn a_node_that_is_killed_is_missed_by_nobody() {
    cluster::with(|cluster| async move {
        let mut load = Load::start(&cluster).await;
        for node in cluster.nodes() {
            load.answers(12).await;
            node.kill().await;
            load.answers(12).await;
            node.start(cluster.settings()).await;
        }
        load.answers(12).await;
        for mut browser in load.stop().await {
            for node in cluster.nodes() {
                browser.get_from(node, ME).await.is_ok();
            }
        }
    })
    .await;
}
