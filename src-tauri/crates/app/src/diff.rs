use crate::App;
use crate::api::types::*;

pub async fn texts(_app: &App, _params: DiffTexts) -> Result<Diff, ApiError> {
    unreachable!()
}
