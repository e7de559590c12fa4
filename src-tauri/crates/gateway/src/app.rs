//! What the loopback host needs of the application, so that it can be tried without one.

use serde_json::Value;
use std::future::Future;
use switchboard_app::App;
use switchboard_app::api::types::{
    ApiError, CreateGatewayKey, CreatedGatewayKey, KeyScan, ProviderInfo, SetKey,
};
use switchboard_app::live::Subscription;

/// The application behind the loopback host.
pub trait DashboardApp: Clone + Send + Sync + 'static {
    /// Runs a method of the API table.
    fn dispatch(
        &self,
        method: &str,
        params: Value,
    ) -> impl Future<Output = Result<Value, ApiError>> + Send;

    /// Opens a page's end of the live channel.
    fn subscribe(&self) -> Subscription;

    /// Stores a credential.
    fn set_key(&self, key: SetKey) -> impl Future<Output = Result<ProviderInfo, ApiError>> + Send;

    /// Makes a gateway key and returns it, this once.
    fn create_gateway_key(
        &self,
        request: CreateGatewayKey,
    ) -> impl Future<Output = Result<CreatedGatewayKey, ApiError>> + Send;

    /// Looks for known key variables in the text of a `.env` file.
    fn scan_dotenv_text(
        &self,
        name: &str,
        text: &str,
    ) -> impl Future<Output = Result<KeyScan, ApiError>> + Send;
}

impl DashboardApp for App {
    async fn dispatch(&self, method: &str, params: Value) -> Result<Value, ApiError> {
        switchboard_app::api::dispatch(self, method, params).await
    }

    fn subscribe(&self) -> Subscription {
        App::subscribe(self)
    }

    async fn set_key(&self, key: SetKey) -> Result<ProviderInfo, ApiError> {
        App::set_key(self, key).await
    }

    async fn create_gateway_key(
        &self,
        request: CreateGatewayKey,
    ) -> Result<CreatedGatewayKey, ApiError> {
        App::create_gateway_key(self, request).await
    }

    async fn scan_dotenv_text(&self, name: &str, text: &str) -> Result<KeyScan, ApiError> {
        App::scan_dotenv_text(self, name, text).await
    }
}
